import { describe, expect, it } from 'vitest';
import {
  accept,
  assemble,
  type Place,
  relay,
  wapc,
  wapcMetadata,
  wasi,
  withMetadata,
} from '../../fixtures/wasm/modules.ts';
import { review, single, startEngine } from './engine.ts';

/* What policy-server does with a module before it asks it anything, and what a guest in the way of waPC may rely on. */

const yes = accept('{"accepted":true}');
const bare = wapc({ validate: yes, metadata: undefined });
const wasiProgram = (place: Place) =>
  `(call $write (i32.const 1) ${place('{"accepted":true,"valid":true}')})`;

async function refusalOf(wasm: Uint8Array): Promise<string | undefined> {
  const engine = await startEngine({ p: single(wasm) });
  const prefix = 'AS-4401 policy "p" cannot be run: ';
  if (engine.refused['p'] === undefined) expect(await engine.ask('p')).toEqual({ allowed: true });
  else expect(engine.refused['p'].startsWith(prefix)).toBe(true);
  return engine.refused['p']?.slice(prefix.length);
}

function failure(text: string) {
  return {
    allowed: false,
    status: { message: `internal server error: Guest call failure: ${text}`, code: 500 },
  };
}

describe('the metadata of a module', () => {
  it.each<[string, Uint8Array, string | undefined]>([
    ['counts where it stands first', withMetadata(withMetadata(bare, wapcMetadata), {}), undefined],
    [
      'does not count where it stands second',
      withMetadata(withMetadata(bare, { ...wapcMetadata, protocolVersion: 'Unknown' }), wapcMetadata),
      'Policy uses protocol version Unknown but only V1 is supported',
    ],
    [
      'may say nothing of a protocol, which waPC needs',
      withMetadata(bare, { ...wapcMetadata, protocolVersion: null }),
      'Policy is missing protocol version, which is required for KubewardenWapc execution mode',
    ],
    [
      'may not know its protocol',
      withMetadata(bare, { ...wapcMetadata, protocolVersion: 'Unknown' }),
      'Policy uses protocol version Unknown but only V1 is supported',
    ],
    [
      'says waPC where it says no mode',
      withMetadata(bare, { protocolVersion: 'v1', rules: [], mutating: false }),
      undefined,
    ],
    [
      'may hold what nobody knows',
      withMetadata(bare, { ...wapcMetadata, policyType: 'raw', hostCapabilities: ['*'], later: 1 }),
      undefined,
    ],
    ['needs no protocol for WASI', wasi({ start: wasiProgram }), undefined],
    [
      'is compared by release, whatever its build',
      withMetadata(bare, { ...wapcMetadata, minimumKubewardenVersion: '1.36.99-rc.1+build' }),
      undefined,
    ],
    [
      'may ask for a release to come',
      withMetadata(bare, { ...wapcMetadata, minimumKubewardenVersion: '1.37.0-alpha' }),
      'Policy required Kubewarden version 1.37.0 but is running on 1.36.0',
    ],
    [
      'may ask for what is no version',
      withMetadata(bare, { ...wapcMetadata, minimumKubewardenVersion: 'new' }),
      "cannot deserialize custom section `io.kubewarden.metadata` of wasm module: unexpected character 'n' while parsing major version number at line 1 column 84",
    ],
    [
      'is an object',
      withMetadata(bare, []),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: invalid length 0, expected struct Metadata with 10 elements at line 1 column 2',
    ],
  ])('%s', async (_, wasm, refusal) => {
    expect(await refusalOf(wasm)).toBe(refusal);
  });

  it('has its version checked before its protocol', async () => {
    const wasm = withMetadata(bare, {
      ...wapcMetadata,
      minimumKubewardenVersion: '99.0.0',
      protocolVersion: 'Unknown',
    });
    expect(await refusalOf(wasm)).toContain('Policy required Kubewarden version 99.0.0');
  });
});

describe('a waPC guest', () => {
  /** Says in which order its functions were called. */
  const order = `
    (global $next (mut i32) (i32.const 512))
    (func $note (param $letter i32)
      (i32.store8 (global.get $next) (local.get $letter))
      (global.set $next (i32.add (global.get $next) (i32.const 1))))`;
  const tellOrder = () =>
    '(call $error (i32.const 512) (i32.sub (global.get $next) (i32.const 512))) (i32.const 0)';

  it('is started by _start, then by wapc_init, and by nothing else', async () => {
    const fields = `${order}
      (func (export "_initialize") (call $note (i32.const 105)))
      (func (export "wapc_init") (call $note (i32.const 98)))
      (func (export "_start") (call $note (i32.const 97)))`;
    const engine = await startEngine({ p: single(wapc({ validate: tellOrder, fields })) });
    expect(await engine.ask('p')).toEqual(failure('ab'));
    expect(await engine.ask('p')).toEqual(failure('ab'));
  });

  it('that fails to start has no verdict', async () => {
    const fields = '(func (export "wapc_init") unreachable)';
    const engine = await startEngine({ p: single(wapc({ validate: yes, fields })) });
    expect(engine.refused).toEqual({
      p: 'AS-4402 Policy settings are invalid: Error invoking settings validation callback: GuestCallFailure("wasm trap: unreachable")',
    });
  });

  it('that exits with another status than 0 while it starts has no verdict', async () => {
    const wat = `(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (call $exit (i32.const 7)))
      (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))`;
    const engine = await startEngine({ p: single(assemble(wat, wapcMetadata)) });
    expect(engine.refused['p']).toContain('GuestCallFailure("Exited with i32 exit status 7")');
  });

  it.each([
    [
      'its globals',
      '(global $calls (mut i32) (i32.const 48))',
      `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
       (i32.store8 (i32.const 512) (global.get $calls))`,
    ],
    [
      'its memory',
      '',
      `(i32.store8 (i32.const 600) (i32.add (i32.load8_u (i32.const 600)) (i32.const 1)))
       (i32.store8 (i32.const 512) (i32.add (i32.const 48) (i32.load8_u (i32.const 600))))`,
    ],
    [
      'the size of its memory',
      '',
      `(i32.store8 (i32.const 512) (i32.add (i32.const 45) (memory.size)))
       (drop (memory.grow (i32.const 1)))`,
    ],
    [
      'its table',
      `(table 2 funcref) (elem declare func $validate)`,
      `(i32.store8 (i32.const 512) (i32.sub (i32.const 50) (ref.is_null (table.get (i32.const 0)))))
       (table.set (i32.const 0) (ref.func $validate))`,
    ],
    [
      'what it did before it failed',
      '(global $calls (mut i32) (i32.const 48))',
      `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
       (i32.store8 (i32.const 512) (global.get $calls))
       (if (i32.eq (i32.load8_u (i32.const 600)) (i32.const 1)) (then unreachable))
       (i32.store8 (i32.const 600) (i32.const 1))`,
    ],
  ])('finds %s as it was', async (_what, fields, code) => {
    const validate = (): string => `${code} (call $error (i32.const 512) (i32.const 1)) (i32.const 0)`;
    const engine = await startEngine({ p: single(wapc({ validate, fields })) });
    const answers = [await engine.ask('p'), await engine.ask('p'), await engine.ask('p')];
    expect(answers).toEqual(['1', '1', '1'].map(failure));
  });

  it('gets what its host answers, and the length of an error in bytes', async () => {
    const call = { namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"a"' };
    const program = single(relay(call), { hostCapabilities: ['*'] });
    const answers = [Promise.resolve(Buffer.from('{"ips":["::1"]}')), Promise.reject(new Error('größer €'))];
    answers[1]?.catch(() => undefined);
    const engine = await startEngine({ p: program }, { hostCapabilities: { call: () => answers.shift()! } });
    expect(await engine.ask('p')).toEqual({ allowed: false, status: { message: '{"ips":["::1"]}' } });
    expect(await engine.ask('p')).toMatchObject({
      status: { message: expect.stringMatching(/host error: .*größer €$/) as string },
    });
  });

  it('logs what it writes to the console or to its streams', async () => {
    const wat = `(module
      (import "wapc" "__console_log" (func $log (param i32 i32)))
      (import "wapc" "__guest_response" (func $response (param i32 i32)))
      (import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\\"accepted\\":true,\\"valid\\":true}console stderr")
      (data (i32.const 100) "\\26\\00\\00\\00\\06\\00\\00\\00")
      (func (export "__guest_call") (param $operation i32) (param i32) (result i32)
        (if (i32.eq (local.get $operation) (i32.const 8)) (then
          (call $log (i32.const 30) (i32.const 7))
          (drop (call $fd_write (i32.const 2) (i32.const 100) (i32.const 1) (i32.const 120)))))
        (call $response (i32.const 0) (i32.const 30))
        (i32.const 1)))`;
    const engine = await startEngine({ p: single(assemble(wat, wapcMetadata)) });
    expect(await engine.ask('p')).toEqual({ allowed: true });
    expect(engine.logs.map(({ message }) => message)).toEqual(['console', 'stderr']);
  });

  it('has the answer for audits: neither the mode of its policy nor its right to change objects matters', async () => {
    const wasm = wapc({ validate: accept('{"accepted":true,"mutated_object":{"kind":"Pod","a":1}}') });
    const engine = await startEngine({ p: single(wasm) });
    const policy = { uniqueName: 'p', mode: 'monitor', mutating: false } as never;
    const body = review({ kind: 'Pod' });
    expect(await engine.evaluator.respond(policy, body, new AbortController().signal)).toEqual({
      allowed: true,
      patchType: 'JSONPatch',
      patch: btoa('[{"op":"add","path":"/a","value":1}]'),
    });
  });
});
