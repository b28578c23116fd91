import fc from 'fast-check';
import { expect } from 'vitest';
import type { Guest } from '../../src/engine/guest/guest.ts';
import { createRoom } from '../../src/engine/guest/instance-keeper.ts';
import { createWapcGuest } from '../../src/engine/guest/wapc.ts';
import { makeRewindable } from '../../src/engine/module/rewindable.ts';
import { assemble } from '../fixtures/wasm/modules.ts';
import { fuzz } from './fuzz.ts';

/** What capital letters in the request do. `$seen` is what came of it, as far as a value came of it. */
const instructions = {
  A: '(call $see (memory.grow (i32.const 1)))',
  B: '(call $see (memory.grow (i32.const 3)))',
  // Never granted: above the maximum of the module, or of any memory.
  C: '(call $see (memory.grow (i32.const 60)))',
  D: '(call $see (memory.grow (i32.const -1)))',
  E: '(i32.store8 (i32.sub (call $size) (i32.const 1)) (i32.const 7))',
  F: '(i64.store (i32.rem_u (global.get $seen) (i32.sub (call $size) (i32.const 8))) (i64.const -1))',
  G: '(memory.fill (i32.sub (call $size) (i32.const 65536)) (i32.const 255) (i32.const 65536))',
  H: '(memory.copy (i32.const 65536) (i32.const 0) (i32.const 65536))',
  I: '(global.set $whole (i64.add (global.get $whole) (i64.const 0x100000001)))',
  J: '(global.set $broken (f64.mul (global.get $broken) (f64.const 1.5)))',
  K: '(global.set $broken (f64.div (f64.const 0) (f64.const 0)))',
  L: '(memory.init $segment (i32.const 70000) (i32.const 0) (i32.const 4))',
  M: 'unreachable',
  N: '(call $deep)',
};

/** Does what the request says, and answers with what it found before and what it leaves: all of its memory and its globals. */
const guest = assemble(
  `(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_error" (func $error (param i32 i32)))
    (memory (export "memory") 2 40)
    (data (i32.const 900) "constant")
    (data $segment "abcd")
    (global $seen (mut i32) (i32.const 3))
    (global $whole (mut i64) (i64.const -5))
    (global $broken (mut f64) (f64.const 0.1))
    (global (mut f32) (f32.const 0.1))
    (func $size (result i32) (i32.mul (memory.size) (i32.const 65536)))
    (func $see (param i32)
      (global.set $seen (i32.add (i32.mul (global.get $seen) (i32.const 31)) (local.get 0))))
    (func $deep (call $deep))
    (func $digest (result i64) (local $at i32) (local $sum i64)
      (local.set $sum (i64.xor
        (i64.xor (global.get $whole) (i64.reinterpret_f64 (global.get $broken)))
        (i64.extend_i32_u (i32.add (global.get $seen) (memory.size)))))
      (loop $next
        (local.set $sum (i64.add
          (i64.mul (local.get $sum) (i64.const 0x100000001b3))
          (i64.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $next (i32.lt_u (local.get $at) (call $size))))
      (local.get $sum))
    (func $write (param $sum i64) (param $at i32) (local $end i32)
      (local.set $end (i32.add (local.get $at) (i32.const 16)))
      (loop $next
        (i32.store8 (local.get $at)
          (i32.add (i32.const 97) (i32.wrap_i64 (i64.and (local.get $sum) (i64.const 15)))))
        (local.set $sum (i64.shr_u (local.get $sum) (i64.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end)))))
    (func (export "__guest_call") (param $op i32) (param $msg i32) (result i32) (local $at i32)
      (local $found i64)
      (local.set $found (call $digest))
      (call $request (i32.const 1024) (i32.const 1040))
      (loop $next
        ${Object.entries(instructions)
          .map(
            ([letter, code]) => `(if (i32.eq
              (i32.load8_u (i32.add (i32.const 1040) (local.get $at)))
              (i32.const ${letter.charCodeAt(0)})) (then ${code}))`,
          )
          .join('\n')}
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $msg))))
      (call $write (local.get $found) (i32.const 0))
      (call $write (call $digest) (i32.const 16))
      (call $error (i32.const 0) (i32.const 32))
      (i32.const 0)))`,
  undefined,
);

/** A new instance for each question. */
const anew = await open(guest, false);
/** It is the same all the time, as long as it may be. */
const kept = await open(makeRewindable(guest)!, true);

async function open(wasm: Uint8Array, rewindable: boolean): Promise<Guest> {
  const module = await WebAssembly.compile(Buffer.from(wasm));
  const program = {
    mode: 'kubewarden-wapc' as const,
    module,
    rewindable,
    settings: '{}',
    timeoutMs: 1000,
    contextAwareResources: [],
    hostCapabilities: [],
    data: new Uint8Array(),
  };
  const host = { call: () => ({ error: 'nobody answers' }), log: () => undefined, look: () => undefined };
  return createWapcGuest({ program, host, room: createRoom(2 ** 30) });
}

fuzz({
  name: 'an instance that was set back is as a new one, whatever was done in it before',
  inputs: fc.array(fc.string({ unit: fc.constantFrom(...Object.keys(instructions)), maxLength: 12 }), {
    minLength: 2,
    maxLength: 6,
  }),
  runs: 300,
  check: (requests) => {
    for (const name of requests) {
      const review = Buffer.from(JSON.stringify({ request: { name } }));
      expect(kept.validate(review)).toEqual(anew.validate(review));
    }
  },
});
