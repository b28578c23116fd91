import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRewindable, pagesExport, stateExport } from '../../../../src/engine/module/rewindable.ts';
import { assemble, withMetadata } from '../../../fixtures/wasm/modules.ts';

/** A module of which everything can be set back, with more in it. */
function wat(fields: string, body = ''): Uint8Array {
  return assemble(
    `(module
      (import "wapc" "__guest_error" (func $error (param i32 i32)))
      (memory (export "memory") 1)
      (global $count (mut i32) (i32.const 7))
      ${fields}
      (func (export "__guest_call") (param i32 i32) (result i32) ${body} (i32.const 1)))`,
    undefined,
  );
}

/** The exported globals and their values in a new instance of the rewritten module. */
async function stateOf(wasm: Uint8Array): Promise<Record<string, unknown> | undefined> {
  const rewindable = makeRewindable(wasm);
  if (rewindable === undefined) return undefined;
  const module = await WebAssembly.compile(rewindable);
  const { exports } = new WebAssembly.Instance(module, { wapc: { __guest_error: () => undefined } });
  return Object.fromEntries(
    Object.entries(exports).flatMap(([name, value]) =>
      value instanceof WebAssembly.Global ? [[name.replace(stateExport, ''), value.value]] : [],
    ),
  );
}

describe('a module of which everything can be set back', () => {
  it.each([
    [
      'has all of its mutable globals exported, and how many pages it has',
      '(global i32 (i32.const 1)) (global (mut i64) (i64.const -2))',
      { 0: 7, 2: -2n, pages: 1 },
    ],
    [
      'may have numbers of every kind',
      '(global (mut f64) (f64.const 1.5)) (global (mut f32) (f32.const 2))',
      { 0: 7, 1: 1.5, 2: 2, pages: 1 },
    ],
    [
      'may have a table that nobody changes',
      '(table 2 funcref) (elem (i32.const 0) $error)',
      { 0: 7, pages: 1 },
    ],
    [
      'may export globals itself',
      '(global $own (export "own") (mut i32) (i32.const 3))',
      { 0: 7, 1: 3, own: 3, pages: 1 },
    ],
  ])('%s', async (_what, fields, state) => {
    expect(await stateOf(wat(fields))).toEqual(state);
  });

  it.each([
    ['blocks and branches', '(block (loop (br_if 1 (i32.const 1)) (br_table 0 1 (i32.const 1))))'],
    ['calls', '(call $error (i32.const 0) (i32.const 0))'],
    ['constants', '(drop (i64.const -9223372036854775808)) (drop (f32.const nan)) (drop (f64.const 1e300))'],
    [
      'memory',
      '(i64.store offset=4294967295 (i32.const -1) (i64.load8_u (i32.const 0))) (drop (memory.grow (i32.const 1)))',
    ],
    [
      'bulk memory',
      '(memory.fill (i32.const 0) (i32.const 1) (i32.const 2)) (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))',
    ],
    ['conversions', '(drop (i32.trunc_sat_f64_s (f64.const 1))) (drop (i64.extend32_s (i64.const 1)))'],
  ])('may use %s', async (_what, body) => {
    expect(await stateOf(wat('', body))).toEqual({ 0: 7, pages: 1 });
  });

  it('may have a clock, random numbers and no globals', async () => {
    const wasi = '(import "wasi_snapshot_preview1" "clock_time_get" (func))';
    const wasm = assemble(`(module ${wasi} (memory (export "memory") 3) (func (export "f")))`, undefined);
    const module = await WebAssembly.compile(makeRewindable(wasm)!);
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: { clock_time_get: () => 0 },
    });
    expect(exports[pagesExport]).toMatchObject({ value: 3 });
  });

  it.each(['2', '2 5', '2 65536', '2 2'])('has memory as before: (memory %s)', async (limits) => {
    const wasm = assemble(
      `(module
        (memory (export "memory") ${limits})
        (func (export "size") (result i32) (memory.size))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`,
      undefined,
    );
    type Exports = { size: () => number; grow: (pages: number) => number };
    const [before, after] = await Promise.all(
      [wasm, makeRewindable(wasm)!].map(async (bytes) => {
        const instance = new WebAssembly.Instance(await WebAssembly.compile(Buffer.from(bytes)), {});
        const exports = instance.exports as unknown as Exports;
        // The third is more than any memory may have.
        return [0, 1, 65_534, -1, 2, 0, 300, 1].map((pages) => [exports.grow(pages), exports.size()]);
      }),
    );
    expect(after).toEqual(before);
  });

  it('keeps its metadata', async () => {
    const rewindable = makeRewindable(withMetadata(wat(''), { mutating: false }));
    const module = await WebAssembly.compile(rewindable!);
    expect(WebAssembly.Module.customSections(module, 'io.kubewarden.metadata')).toHaveLength(1);
  });

  it.each(['no-privileged', 'required-labels', 'trusted-registries'])('is %s', async (name) => {
    const wasm = await readFile(join(import.meta.dirname, `../../../../examples/modules/${name}.wasm`));
    expect(makeRewindable(wasm)).toBeDefined();
  });
});

describe('a module is left as it is when', () => {
  it.each([
    [
      'it changes a table',
      '(table 1 funcref) (elem declare func $error)',
      '(table.set (i32.const 0) (ref.func $error))',
    ],
    ['it copies a table', '(table 2 funcref)', '(table.copy (i32.const 0) (i32.const 1) (i32.const 1))'],
    ['it drops a segment of data', '(data $d "x")', '(data.drop $d)'],
    ['it drops a segment of elements', '(table 1 funcref) (elem $e func $error)', '(elem.drop $e)'],
    ['its globals hold references', '(global (mut funcref) (ref.null func))', ''],
  ])('%s', (_what, fields, body) => {
    expect(makeRewindable(wat(fields, body))).toBeUndefined();
  });

  it.each([
    ['its memory is not its own', '(import "wapc" "memory" (memory 1))', ''],
    ['it imports a global', '(import "wapc" "g" (global (mut i32)))', '(memory (export "memory") 1)'],
    [
      'it exports a name that is ours',
      '',
      '(memory 1) (global (export "audit-scanner: 0") i32 (i32.const 1))',
    ],
    ['it has no memory', '', '(func (export "f"))'],
    ['it exports nothing', '', '(memory 1)'],
  ])('%s', (_what, imports, fields) => {
    expect(makeRewindable(assemble(`(module ${imports} ${fields})`, undefined))).toBeUndefined();
  });

  it('it ends too early', () => {
    const whole = wat('(table 2 funcref)', '(call $error (i32.const 0) (i32.const 0))');
    for (let length = 9; length < whole.length; length += 1)
      expect(() => makeRewindable(whole.subarray(0, length))).not.toThrow();
  });
});
