import { describe, expect, it } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import { accept, assemble, wapc, wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { single, startEngine } from './engine.ts';

const good = wapc({ validate: accept('{"accepted":true}') });
const bare = wapc({ validate: accept('{"accepted":true}'), metadata: undefined });

async function refusalOf(wasm: Uint8Array, rest = {}): Promise<string | undefined> {
  const engine = await startEngine({ p: single(wasm, rest), good: single(good) });
  expect(await engine.ask('good')).toEqual({ allowed: true });
  expect(engine.refused['good']).toBeUndefined();
  if (engine.refused['p'] !== undefined) expect(await engine.ask('p')).toBe(engine.refused['p']);
  return engine.refused['p'];
}

const cannotRun = 'AS-4401 policy "p" cannot be run: ';

describe('a module that cannot be run', () => {
  it.each([
    [
      'has no metadata',
      bare,
      'Policy is missing protocol version, which is required for KubewardenWapc execution mode',
    ],
    [
      'has another protocol',
      withMetadata(bare, { ...wapcMetadata, protocolVersion: 'Unknown' }),
      'Policy uses protocol version Unknown but only V1 is supported',
    ],
    [
      'has a protocol that nobody knows',
      withMetadata(bare, { protocolVersion: 'v2' }),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: unknown variant `v2`, expected `Unknown` or `v1` at line 1 column 23',
    ],
    [
      'has no rules',
      withMetadata(bare, { protocolVersion: 'v1', rules: null, mutating: false }),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: invalid type: null, expected a sequence at line 1 column 36',
    ],
    [
      'does not say whether it mutates',
      withMetadata(bare, { protocolVersion: 'v1', rules: [] }),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: missing field `mutating` at line 1 column 35',
    ],
    [
      'is about an operation that nobody knows',
      withMetadata(bare, {
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['PATCH'] }],
      }),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: unknown variant `PATCH`, expected one of `CREATE`, `UPDATE`, `DELETE`, `CONNECT`, `*` at line 1 column 91',
    ],
    [
      'is for a later Kubewarden, which is said first',
      withMetadata(bare, { rules: [], mutating: false, minimumKubewardenVersion: '2.1.0' }),
      'Policy required Kubewarden version 2.1.0 but is running on 1.36.0',
    ],
    [
      'has an unknown mode',
      withMetadata(bare, { executionMode: 'x' }),
      'cannot deserialize custom section `io.kubewarden.metadata` of wasm module: unknown variant `x`, expected one of `kubewarden-wapc`, `opa`, `gatekeeper`, `wasi` at line 1 column 20',
    ],
    ['is a text', Buffer.from('#!/bin/sh'), 'it is not a WebAssembly module'],
    ['is empty', Buffer.of(), 'it is not a WebAssembly module'],
    [
      'lacks an export',
      assemble('(module (memory (export "memory") 1))', wapcMetadata),
      'it does not export the function __guest_call',
    ],
    [
      'has an export of another type',
      assemble(
        '(module (func (export "memory")) (func (export "__guest_call") (param i32 i32) (result i32) unreachable))',
        wapcMetadata,
      ),
      'its export memory is a function and no memory',
    ],
    [
      'imports what nobody has',
      assemble('(module (import "env" "magic" (func)))', wapcMetadata),
      'it imports the function env.magic, which no policy server provides',
    ],
    [
      'imports a global',
      assemble('(module (import "wapc" "__guest_call" (global i32)))', wapcMetadata),
      'it imports the global wapc.__guest_call, which no policy server provides',
    ],
    [
      'imports a function of WASI that policy servers do not have',
      assemble('(module (import "wasi_snapshot_preview1" "sock_open" (func)))', wapcMetadata),
      'it imports the function wasi_snapshot_preview1.sock_open, which no policy server provides',
    ],
    [
      'imports a version of WASI that policy servers do not have',
      assemble('(module (import "wasi_snapshot_preview2" "fd_write" (func)))', wapcMetadata),
      'it imports the function wasi_snapshot_preview2.fd_write, which no policy server provides',
    ],
    [
      'imports a function as another type',
      assemble('(module (import "wapc" "__host_call" (func (param i32) (result i32))))', wapcMetadata),
      'it imports wapc.__host_call as another type of function than policy servers provide',
    ],
    [
      'shares its memory',
      assemble('(module (memory (export "memory") 1 2 shared))', wapcMetadata),
      'its memory is shared, which no policy server supports',
    ],
    [
      'begins with much memory',
      assemble('(module (memory (export "memory") 4800))', wapcMetadata),
      'its memory begins with 300 MiB, and a policy gets up to 256 MiB here',
    ],
    [
      'is for OPA, but is not',
      assemble('(module)', { rules: [], mutating: false, executionMode: 'opa' }),
      'it does not export the function builtins',
    ],
  ])('because it %s', async (_name, wasm, why) => {
    expect(await refusalOf(wasm)).toBe(cannotRun + why);
  });

  it('because it is truncated', async () => {
    expect(await refusalOf(good.subarray(0, 400))).toContain(
      `${cannotRun}it is damaged, or needs a newer version of Node.js: `,
    );
  });

  it('because its rights are misspelt', async () => {
    expect(await refusalOf(good, { hostCapabilities: ['oci/*', 'oci/v3/*', 'nets'] })).toBe(
      `${cannotRun}invalid pattern "oci/v3/*": unknown segment "v3", valid options at this level are: v1, v2`,
    );
  });

  it('is not refused for tail calls that come to an end', async () => {
    const fields = '(func $last) (func $first return_call $last) (start $first)';
    const wasm = wapc({ validate: accept('{"accepted":true}'), fields });
    expect(await refusalOf(wasm)).toBeUndefined();
  });

  it('is not refused for a minor version that is the same', async () => {
    const wasm = withMetadata(bare, { ...wapcMetadata, minimumKubewardenVersion: '1.36.9' });
    expect(await refusalOf(wasm)).toBeUndefined();
  });

  it('is refused by every loader', async () => {
    const error = new AuditError('AS-4302', 'no such file');
    const engine = await startEngine({ p: error });
    expect(engine.refused).toEqual({ p: 'AS-4302 no such file' });
  });

  it('may be large', async () => {
    const padding = Buffer.alloc(50 * 2 ** 20);
    const section = Buffer.concat([Buffer.from([0, 0x84, 0x80, 0x80, 0x19, 3]), Buffer.from('pad'), padding]);
    expect(await refusalOf(Buffer.concat([good, section]))).toBeUndefined();
  });
});
