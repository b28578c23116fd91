import fc from 'fast-check';
import { expect } from 'vitest';
import { findExcess } from '../../src/engine/module/module-limits.ts';
import { makeRewindable, stateExport } from '../../src/engine/module/rewindable.ts';
import { accept, type HostCall, relay, wapc, wasi } from '../fixtures/wasm/modules.ts';
import { fuzz } from './fuzz.ts';

const call: HostCall = { namespace: 'oci', operation: 'v1/verify', payload: '{}' };
const modules = [
  wapc({ validate: accept('{"accepted":true}'), fields: '(global $g (mut i32) (i32.const 1))' }),
  relay(call),
  wasi({ start: () => '(call $exit (i32.const 0))' }),
].map((bytes) => Buffer.from(bytes));

/** A module with a few bytes that are others, are gone or came in between. */
const damaged = fc
  .tuple(
    fc.constantFrom(...modules),
    fc.array(
      fc.record({
        at: fc.nat({ max: 4_000 }),
        gone: fc.nat({ max: 3 }),
        come: fc.uint8Array({ maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([module, changes]) =>
    changes.reduce((bytes, { at, gone, come }) => {
      const place = 8 + (at % (bytes.length - 8));
      return Buffer.concat([bytes.subarray(0, place), come, bytes.subarray(place + gone)]);
    }, module),
  );

fuzz({
  name: 'a damaged module is left alone, or is still one that can be set back',
  inputs: damaged,
  runs: 3_000,
  check: async (bytes) => {
    // Whatever it says: it has to say something, and soon.
    findExcess(bytes);
    const rewindable = makeRewindable(bytes);
    const original = await compile(bytes);
    if (rewindable === undefined || original === undefined) return;
    const other = await compile(rewindable);
    const names = namesOf(original);
    expect(other && namesOf(other).slice(0, names.length)).toEqual(names);
    const added = other && namesOf(other).slice(names.length);
    expect(added?.every((name) => name.startsWith(stateExport))).toBe(true);
  },
});

/** Undefined if it is not a valid module. */
function compile(bytes: Uint8Array): Promise<WebAssembly.Module | undefined> {
  return WebAssembly.compile(Buffer.from(bytes)).catch(() => undefined);
}

function namesOf(module: WebAssembly.Module): readonly string[] {
  return WebAssembly.Module.exports(module).map(({ name }) => name);
}
