import { expect, it } from 'vitest';
import type { PolicyProgram } from '../../../src/engine/program/program.ts';
import { buildReview } from '../../../src/evaluation/review.ts';
import { accept, assemble, relay, wapc, wapcMetadata } from '../../fixtures/wasm/modules.ts';
import { opa } from '../../fixtures/wasm/opa.ts';
import { anObject, aPolicy, pods } from '../../support/builders.ts';
import { single, startEngine } from './engine.ts';

/* Whether a verdict would be the same at any other time: only then may it be reused. */

const answer = '{\\22accepted\\22:true,\\22valid\\22:true}';

/** A WASI policy that makes one call, and accepts. */
function calling(name: string, parameters: string, args: string): Uint8Array {
  const wat = `(module
    (import "wasi_snapshot_preview1" "${name}" (func $call (param ${parameters}) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 4)
    (data (i32.const 0) "${answer}")
    (data (i32.const 100) "\\00\\00\\00\\00\\1e\\00\\00\\00")
    (func (export "_start")
      (drop (call $call ${args}))
      (drop (call $fd_write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 112)))))`;
  return assemble(wat, { ...wapcMetadata, executionMode: 'wasi' });
}

/** A waPC policy that is told a random number when it starts, and never again. */
function startedByChance(): Uint8Array {
  const wat = `(module
    (import "wapc" "__guest_response" (func $response (param i32 i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${answer}")
    (func (export "wapc_init") (drop (call $random (i32.const 1024) (i32.const 8))))
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $response (i32.const 0) (i32.const 30)) (i32.const 1)))`;
  return assemble(wat, wapcMetadata);
}

const never = new AbortController().signal;
const accepted = '{"accepted":true}';
const log = { namespace: 'tracing', operation: 'log', payload: '{"level":"INFO","message":"hello"}' };
const pure = single(wapc({ validate: accept(accepted) }));
const random = single(calling('random_get', 'i32 i32', '(i32.const 1024) (i32.const 8)'));

function group(members: Record<string, ReturnType<typeof single>>, expression: string): PolicyProgram {
  return { kind: 'group', members, expression, message: 'no' };
}

it.each<[string, PolicyProgram, boolean]>([
  ['answers from its question alone', pure, true],
  ['writes to the log', single(relay(log)), true],
  ['asks the order of its thread', single(calling('sched_yield', '', '')), true],
  ['is told a random number', random, false],
  [
    'is told the time',
    single(calling('clock_time_get', 'i32 i64 i32', '(i32.const 0) (i64.const 1) (i32.const 1024)')),
    false,
  ],
  ['was told a random number when it started', single(startedByChance()), false],
  [
    'asks its host',
    single(relay({ namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"host"' }), {
      hostCapabilities: ['*'],
    }),
    false,
  ],
  ['asks for the time in Rego', single(opa('time.now_ns', [])), false],
  ['computes in Rego', single(opa('hex.encode', [[['"a"', 1]]])), true],
  ['is a group of pure ones', group({ a: pure, b: pure }, 'a() && b()'), true],
  ['is a group with one that is not', group({ a: pure, b: random }, 'a() && b()'), false],
  ['is a group in which the other is not asked', group({ a: pure, b: random }, 'a() || b()'), true],
])('a policy that %s', async (_what, program, isPure) => {
  const capabilities = { call: () => Promise.resolve(Buffer.from('{"ips":[]}')) };
  const { evaluator, refused } = await startEngine({ p: program }, { hostCapabilities: capabilities });
  expect(refused).toEqual({});
  const policy = { ...aPolicy('p'), uniqueName: 'p' };
  // The second time the instance has been set back.
  for (const path of ['shop/web', 'shop/db']) {
    const review = buildReview(anObject(pods, path), { compat: false });
    const outcome = await evaluator.evaluate(policy, review, never);
    expect(outcome).toMatchObject(
      outcome.verdict === 'errored' ? { verdict: 'a verdict' } : { pure: isPure },
    );
  }
});
