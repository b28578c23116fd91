import { describe, expect, it } from 'vitest';
import { leb, readSections } from '../../../src/engine/module/binary.ts';
import {
  accept,
  assemble,
  type Place,
  relay,
  wapc,
  wapcMetadata,
  wasi,
  wasiRelay,
} from '../../fixtures/wasm/modules.ts';
import { single, startEngine } from './engine.ts';
import { failure, good, survive } from './survive.ts';

const timedOut = {
  allowed: false,
  status: {
    message: 'Policy execution interrupted because it exceeded the allowed execution time',
    code: 500,
  },
};

describe('a hostile waPC policy', () => {
  const loop = '(loop $again (br $again)) (i32.const 1)';
  it('that never ends is ended', async () => {
    expect(await survive(wapc({ validate: () => loop }), 0.3)).toEqual(timedOut);
  });

  it('that never ends while it starts is ended', async () => {
    const fields =
      '(func (export "wapc_init") (if (i32.load8_u (i32.const 1)) (then)) (loop $again (br $again)))';
    const wasm = wapc({ validate: accept('{"accepted":true}'), fields });
    const engine = await startEngine({ bad: single(wasm, { timeoutEvalSeconds: 0.3 }) });
    expect(engine.refused).toEqual({
      bad: 'AS-4402 Policy settings are invalid: Policy execution interrupted because it exceeded the allowed execution time',
    });
  });

  it('that never ends is not asked a fourth time', async () => {
    const engine = await startEngine({
      bad: single(wapc({ validate: () => loop }), { timeoutEvalSeconds: 0.2 }),
      good: single(good),
    });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => engine.ask('bad')));
    const tooSlow = 'AS-4403 policy "bad" exceeded its time limit 3 times, so it is no longer evaluated';
    expect(answers).toEqual([timedOut, timedOut, timedOut, tooSlow, tooSlow]);
    expect(await engine.ask('bad')).toBe(tooSlow);
    expect(await engine.ask('good')).toEqual({ allowed: true });
  });

  it('that takes all memory gets no more than its share', async () => {
    const validate = (place: Place) => `
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      (if (result i32) (i32.gt_u (memory.size) (i32.const 4096)) (then unreachable) (else
        ${accept('{"accepted":false,"message":"full"}')(place)}))`;
    expect(await survive(wapc({ validate }), 30)).toEqual({ allowed: false, status: { message: 'full' } });
  });

  const traps: readonly (readonly [string, string, string])[] = [
    ['recurses without end', '(call $recurse (i32.const 0))', 'wasm trap: call stack exhausted'],
    [
      'answers from beyond its memory',
      '(call $response (i32.const -16) (i32.const 64)) (i32.const 1)',
      'wasm trap: out of bounds memory access',
    ],
    [
      'answers with more than it has',
      '(call $response (i32.const 0) (i32.const -1)) (i32.const 1)',
      'wasm trap: out of bounds memory access',
    ],
    [
      'wants its request beyond its memory',
      '(call $request (i32.const 0) (i32.const 262140)) (i32.const 1)',
      'wasm trap: out of bounds memory access',
    ],
    [
      'calls its host with absurd lengths',
      '(call $host (i32.const 0) (i32.const -1) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const -1))',
      'wasm trap: out of bounds memory access',
    ],
    ['divides by zero', '(i32.div_u (i32.const 1) (i32.const 0))', 'wasm trap: divide by zero'],
    ['reads beyond its memory', '(i32.load (i32.const -4))', 'wasm trap: memory access out of bounds'],
  ];
  it.each(traps)('that %s', async (_name, body, text) => {
    const fields =
      '(func $recurse (param i32) (result i32) (call $recurse (i32.add (local.get 0) (i32.const 1))))';
    expect(await survive(wapc({ validate: () => body, fields }))).toEqual(
      failure(`internal server error: Guest call failure: ${text}`),
    );
  });

  it('whose request overlaps itself gets what it asked for', async () => {
    const validate = () =>
      '(call $request (i32.const 65536) (i32.const 65536)) (call $error (i32.const 65536) (i32.const 8)) (i32.const 0)';
    expect(await survive(wapc({ validate }))).toEqual(
      failure('internal server error: Guest call failure: validate'),
    );
  });

  it('that answers with a megabyte of zeros', async () => {
    const validate = () =>
      '(drop (memory.grow (i32.const 16))) (call $response (i32.const 131072) (i32.const 1048576)) (i32.const 1)';
    expect(await survive(wapc({ validate }))).toEqual(
      failure('internal server error: invalid response from policy: expected value at line 1 column 1'),
    );
  });

  it('that fails with words that are no UTF-8', async () => {
    const validate = (place: Place) => `(call $error ${place(Buffer.of(0x61, 0xff))}) (i32.const 0)`;
    expect(await survive(wapc({ validate }))).toEqual(
      failure('internal server error: Guest call failure: a\ufffd'),
    );
  });

  it('that writes a hundred thousand lines is heard a hundred times', async () => {
    const validate = (place: Place) => `(local $i i32)
      (loop $again
        (call $log ${place('spam')})
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $i) (i32.const 100000))))
      ${accept('{"accepted":true}')(place)}`;
    const engine = await startEngine({ p: single(wapc({ validate })) });
    expect(await engine.ask('p')).toEqual({ allowed: true });
    expect(engine.logs).toHaveLength(100);
    expect(engine.logs[0]).toEqual({ policy: 'p', level: 'debug', message: 'spam' });
  });

  it('that starts and exits is fine', async () => {
    const wat = `(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (import "wasi_snapshot_preview1" "sock_shutdown" (func $unknown (param i32 i32) (result i32)))
      (import "wapc" "__guest_response" (func $response (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\\"accepted\\":true,\\"valid\\":true}")
      (func (export "_start") (call $exit (i32.const 0)))
      (func (export "__guest_call") (param i32 i32) (result i32)
        (call $response (i32.const 0) (i32.const 30))
        (i32.eq (call $unknown (i32.const 0) (i32.const 0)) (i32.const 52))))`;
    expect(await survive(assemble(wat, wapcMetadata))).toEqual({ allowed: true });
  });

  it('that exits in the middle', async () => {
    const wat = `(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "__guest_call") (param i32 i32) (result i32) (call $exit (i32.const 3)) (i32.const 1)))`;
    const engine = await startEngine({ p: single(assemble(wat, wapcMetadata)) });
    expect(engine.refused['p']).toContain('GuestCallFailure("Exited with i32 exit status 3');
  });
});

describe('a hostile WASI policy', () => {
  const valid = (place: Place, body: string) =>
    `(call $write (i32.const 1) ${place('{"valid":true,"accepted":true}')}) (drop (call $read)) (if (i32.eq (i32.load8_u (i32.const 65538)) (i32.const 0x72)) (then ${body}))`;

  it('that never ends is ended', async () => {
    const start = (place: Place) => valid(place, '(loop $again (br $again))');
    expect(await survive(wasi({ start }), 0.3)).toEqual(timedOut);
  });

  it('that sleeps for ever is ended', async () => {
    const sleep = `(i64.store (i32.const 152) (i64.const 3600000000000))
      (drop (call $poll (i32.const 128) (i32.const 512) (i32.const 1) (i32.const 8)))`;
    expect(await survive(wasi({ start: (place) => valid(place, sleep) }), 0.3)).toEqual(timedOut);
  });

  it('that exits says why on standard error', async () => {
    const start = (place: Place) =>
      valid(place, `(call $write (i32.const 2) ${place('  my words \n')}) (call $exit (i32.const 1))`);
    expect(await survive(wasi({ start }))).toEqual(failure('my words'));
  });

  it('that exits with success has answered', async () => {
    const start = (place: Place) => valid(place, '(call $exit (i32.const 0))');
    expect(await survive(wasi({ start }))).toEqual({ allowed: true });
  });

  it('that traps', async () => {
    expect(await survive(wasi({ start: (place) => valid(place, 'unreachable') }))).toEqual(failure(''));
  });

  it('that answers with nonsense', async () => {
    const start = (place: Place) => valid(place, `(call $write (i32.const 1) ${place('!')})`);
    expect(await survive(wasi({ start }))).toEqual(
      failure(
        'internal server error: Cannot deserialize policy validation response: trailing characters at line 1 column 31',
      ),
    );
  });

  it('that never stops writing fails', async () => {
    const body = '(loop $again (call $write (i32.const 1) (i32.const 0) (i32.const 131072)) (br $again))';
    expect(await survive(wasi({ start: (place) => valid(place, body) }))).toEqual(failure(''));
  });
});

describe('a hostile module', () => {
  const many = (count: number, field: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => field(index)).join(' ');

  it.each([
    ['funcref', 'func'],
    ['externref', 'extern'],
  ])('that makes its tables of %s grow gets no more than its share', async (type, kind) => {
    const fields = many(4, (index) => `(table $t${index} 1 ${type})`);
    // Tables live in the heap of V8: one that is never full would end the whole process.
    const grow = many(
      4,
      (index) =>
        `(loop $more (br_if $more (i32.ne (table.grow $t${index} (ref.null ${kind}) (i32.const 99999)) (i32.const -1))))`,
    );
    const validate = (place: Place) =>
      `${grow} (if (result i32) (i32.gt_u (table.size $t3) (i32.const 200000)) (then unreachable) (else
        ${accept('{"accepted":false,"message":"full"}')(place)}))`;
    expect(await survive(wapc({ validate, fields }), 2)).toEqual({
      allowed: false,
      status: { message: 'full' },
    });
  });

  it('with all the tables that it may have leaves room for others of its kind', async () => {
    const fields = `(global (mut i32) (i32.const 0)) ${many(4, () => '(table 200000 funcref)')}`;
    const wasm = wapc({ validate: accept('{"accepted":true}'), fields });
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const engine = await startEngine(Object.fromEntries(names.map((name) => [name, single(wasm)])));
    expect(engine.refused).toEqual({});
    for (const name of names) expect(await engine.ask(name)).toEqual({ allowed: true });
  });

  const plain = { validate: accept('{"accepted":true}') };

  /** A waPC policy with another section in place of its own, or before another; only bytes can say these. */
  const withSection = (id: number, content: Uint8Array, before?: number): Uint8Array => {
    const wasm = wapc(plain);
    const found = readSections(wasm).find((section) => section.id === (before ?? id))!;
    const head = Buffer.concat([Uint8Array.of(id), leb(content.length)]);
    const rest = wasm.subarray(before === undefined ? found.end : found.start);
    return Buffer.concat([wasm.subarray(0, found.start), head, content, rest]);
  };

  const named = (name: string): Uint8Array => Buffer.concat([leb(name.length), Buffer.from(name)]);
  const segments = Buffer.concat([Uint8Array.of(1, 1, 0), leb(5_000_000), Buffer.alloc(5_000_000)]);
  const block = '(block (br_if 0 (i32.const 0)))';
  const endless = 'it has tail calls that may never end and cannot be interrupted';
  const costly = 'it has a function that is too expensive to compile';
  const locals = `(local ${'i64 '.repeat(5000)})`;
  const long = Buffer.concat([Uint8Array.of(0), Buffer.alloc(1_100_000, 1), Uint8Array.of(0x0b)]);
  const tooMuch: readonly (readonly [what: string, why: string, wasm: Uint8Array])[] = [
    [
      '5 tables',
      'it has 5 tables, and policies have up to 4',
      wapc({ ...plain, fields: many(5, () => '(table 1 funcref)') }),
    ],
    [
      'an import from where objects have their prototype',
      'it imports the function __proto__.x, which no policy server provides',
      assemble('(module (import "__proto__" "x" (func)))', wapcMetadata),
    ],
    [
      'a function of more than a megabyte',
      costly,
      withSection(10, Buffer.concat([Uint8Array.of(1), leb(long.length), long])),
    ],
    [
      'metadata without end',
      'its metadata is larger than 1048576 bytes',
      assemble('(module)', { ...wapcMetadata, annotations: { usage: 'x'.repeat(2 ** 20) } }),
    ],
    [
      'a huge table',
      'it is damaged, or needs a newer version of Node.js: ',
      wapc({ ...plain, fields: '(table 9000000 funcref)' }),
    ],
    [
      'a memory beside an imported one',
      'it has 2 memories, and policies have one',
      withSection(
        2,
        Buffer.concat([Uint8Array.of(1), named('env'), named('memory'), Uint8Array.of(2, 0, 1)]),
      ),
    ],
    [
      'an imported table',
      'it imports the table env.t, which no policy server provides',
      withSection(
        2,
        Buffer.concat([Uint8Array.of(1), named('env'), named('t'), Uint8Array.of(1, 0x70, 0, 1)]),
      ),
    ],
    [
      'two memories',
      'it has 2 memories, and policies have one',
      withSection(5, Uint8Array.of(2, 0, 1, 0, 1)),
    ],
    [
      'objects in the heap of V8',
      'it has types for objects in the heap of its host',
      withSection(1, Uint8Array.of(2, 0x60, 1, 0x64, 0x70, 0, 0x5e, 0x7e, 1)),
    ],
    [
      'segments of elements',
      'its segments of elements are larger than 4194304 bytes',
      withSection(9, segments, 10),
    ],
    [
      'many locals in many blocks',
      costly,
      wapc({ ...plain, fields: `(func ${locals} ${many(5000, () => block)})` }),
    ],
    [
      'many locals and many branches',
      costly,
      wapc({ ...plain, fields: `(func ${locals} (block ${many(5000, () => '(br_if 0 (i32.const 0))')}))` }),
    ],
    [
      'many values under many blocks',
      costly,
      wapc({
        ...plain,
        fields: `(func ${many(5000, () => 'i32.const 0')} ${many(5000, () => block)} ${many(5000, () => 'drop')})`,
      }),
    ],
    [
      'a function that is called in its own place',
      endless,
      // The first that is not imported.
      withSection(10, Uint8Array.of(1, 4, 0, 0x12, 9, 0x0b)),
    ],
    ['a tail call of what a table holds', endless, withSection(10, Uint8Array.of(1, 5, 0, 0x13, 0, 0, 0x0b))],
    [
      'instructions that nobody knows',
      'it uses unknown instructions',
      withSection(10, Uint8Array.of(1, 4, 0, 0xfb, 0, 0x0b)),
    ],
    [
      'too much of what is not known',
      costly,
      wapc({
        ...plain,
        fields: `(table $t 1 funcref) (func ${many(6000, () => '(table.set $t (i32.const 0) (ref.null func))')})`,
      }),
    ],
  ];
  it.each(tooMuch)('with %s is refused', async (_what, why, wasm) => {
    const { refused } = await startEngine({ bad: single(wasm) });
    expect(refused['bad']).toContain(`AS-4401 policy "bad" cannot be run: ${why}`);
  });
});

/** Calls its host for as long as it may, and reads none of the answers. */
function hoard(binding: string): Uint8Array {
  return wasi({
    start: (place) => `
      (call $write (i32.const 1) ${place('{"valid":true}')})
      (drop (call $read))
      (if (i32.eq (i32.load8_u (i32.const 65538)) (i32.const 0x72))
        (then (loop $again
          (drop (call $host ${place(binding)} ${place('oci')} ${place('v1/verify')} ${place('{}')}))
          (br $again))))`,
  });
}

describe('a policy that asks for something with a very long name', () => {
  it('is told so, in few words', async () => {
    const call = { namespace: 'oci', operation: 'x'.repeat(30_000), payload: '{}' };
    const engine = await startEngine({ wapc: single(relay(call)), wasi: single(wasiRelay(call)) });
    const why = 'a name in a host call is longer than 4096 bytes';
    expect(await engine.ask('wapc')).toEqual(
      failure(`internal server error: Guest call failure: host error: ${why}`),
    );
    expect(await engine.ask('wasi')).toEqual(failure(`${why}1`));
    expect(engine.logs.map(({ message }) => message).join('')).not.toContain('xxx');
  });
});

describe('a policy that leaves its answers unread', () => {
  it('fails when they are too much', async () => {
    let asked = 0;
    const rights = { timeoutEvalSeconds: 60, hostCapabilities: ['*'] };
    const call = () => {
      asked += 1;
      return Promise.resolve(new Uint8Array(2 ** 20));
    };
    const engine = await startEngine(
      { bad: single(hoard('kubewarden'), rights) },
      { hostCapabilities: { call } },
    );
    const answer = (await engine.ask('bad')) as { allowed: boolean; status: { code: number } };
    expect([answer.allowed, answer.status.code]).toEqual([false, 500]);
    // The one that is too much was asked for, too.
    expect([64, 65, 66]).toContain(asked);
    expect(engine.logs.map(({ message }) => message).join()).toContain(
      'left more than 67108864 bytes unread',
    );
  });
});

describe('a worker that ends on its own', () => {
  it('takes only its own evaluation with it', async () => {
    // Short answers are few bytes, but each is an object in the worker's own memory, and that is full long before they are too much.
    expect(await survive(hoard('x'), 120)).toBe(
      'AS-4405 the engine stopped while it evaluated policy "bad": it ran out of memory',
    );
  }, 150_000);
});
