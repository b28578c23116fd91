import { describe, expect, it } from 'vitest';
import { assemble, type Place, wapcMetadata, wasi } from '../../fixtures/wasm/modules.ts';
import { requestText, single, startEngine } from './engine.ts';

/* What a policy that is a program is given, and what becomes of what it leaves behind. */

function failed(message: string) {
  return { allowed: false, status: { message, code: 500 } };
}

/** Settings have no request: the fourth character of the input tells them apart. */
const isValidation = '(i32.eq (i32.load8_u (i32.const 65538)) (i32.const 0x72))';

/** Answers settings with yes, and does something else when it is to judge. */
function judging(body: (place: Place) => string): Uint8Array {
  return wasi({
    start: (place) => `
      (local $length i32)
      (local.set $length (call $read))
      (if ${isValidation}
        (then ${body(place)})
        (else (call $write (i32.const 1) ${place('{"valid":true}')})))`,
  });
}

async function answerOf(wasm: Uint8Array, object?: unknown): Promise<unknown> {
  const engine = await startEngine({ p: single(wasm, { settings: { a: 1 } }) });
  expect(engine.refused).toEqual({});
  return engine.ask('p', object);
}

describe('a WASI policy', () => {
  it('reads the request and the settings from standard input', async () => {
    const wasm = judging(
      () => '(call $write (i32.const 2) (i32.const 65536) (local.get $length)) (call $exit (i32.const 1))',
    );
    expect(await answerOf(wasm, { kind: 'Pod' })).toEqual(
      failed(`{"request":${requestText('{"kind":"Pod"}')},"settings":{"a":1}}`),
    );
  });

  it('reads the settings alone when it is to check them', async () => {
    const start = () =>
      '(call $write (i32.const 2) (i32.const 65536) (call $read)) (call $exit (i32.const 1))';
    const engine = await startEngine({ p: single(wasi({ start }), { settings: { a: 1 } }) });
    expect(engine.refused).toEqual({ p: 'AS-4402 Policy settings are invalid: {"a":1}' });
  });

  it.each([
    ['validate', judging, 'answer'],
    ['validate-settings', (body: () => string) => wasi({ start: body }), 'settings'],
  ] as const)('is told %s by its second argument', async (command, make, where) => {
    const wasm = make(
      () => `
      (drop (call $args (i32.const 131072) (i32.const 131200)))
      (drop (call $args_sizes (i32.const 131080) (i32.const 131084)))
      (call $write (i32.const 2) (i32.const 131200) (i32.load (i32.const 131084)))
      (call $exit (i32.const 1))`,
    );
    const engine = await startEngine({ p: single(wasm) });
    const text = `policy.wasm\0${command}\0`;
    if (where === 'settings')
      expect(engine.refused).toEqual({ p: `AS-4402 Policy settings are invalid: ${text}` });
    else expect(await engine.ask('p')).toEqual(failed(text));
  });

  it('finds nothing of the run before', async () => {
    const wasm = judging(
      () => `
      (i32.store8 (i32.const 512) (i32.add (i32.load8_u (i32.const 512)) (i32.const 49)))
      (call $write (i32.const 2) (i32.const 512) (i32.const 1))
      (call $exit (i32.const 1))`,
    );
    const engine = await startEngine({ p: single(wasm) });
    expect([await engine.ask('p'), await engine.ask('p')]).toEqual([failed('1'), failed('1')]);
  });

  it.each([
    ['{"accepted":true}', { allowed: true }],
    [
      '{"accepted":false,"message":"no","code":403}',
      { allowed: false, status: { message: 'no', code: 403 } },
    ],
    [
      '{"accepted":true,"mutated_object":{"kind":"Pod","a":1}}',
      { allowed: true, patchType: 'JSONPatch', patch: btoa('[{"op":"add","path":"/a","value":1}]') },
    ],
  ])('answers %s', async (answer, response) => {
    const wasm = judging((place) => `(call $write (i32.const 1) ${place(answer)})`);
    expect(await answerOf(wasm)).toEqual(response);
  });

  it('may answer in pieces', async () => {
    const wasm = judging(
      (place) =>
        `(call $write (i32.const 1) ${place('{"accep')}) (call $write (i32.const 1) ${place('ted":true}')})`,
    );
    expect(await answerOf(wasm)).toEqual({ allowed: true });
  });

  it('has what it writes to standard error logged when it succeeds, trimmed', async () => {
    const wasm = judging(
      (place) => `
      (call $write (i32.const 2) ${place(' a word \n')})
      (call $write (i32.const 1) ${place('{"accepted":true}')})`,
    );
    const engine = await startEngine({ p: single(wasm) });
    expect(await engine.ask('p')).toEqual({ allowed: true });
    expect(engine.logs).toEqual([{ policy: 'p', level: 'debug', message: 'a word' }]);
  });

  it('fails with an empty message where it exits without a word', async () => {
    expect(await answerOf(judging(() => '(call $exit (i32.const 3))'))).toEqual(failed(''));
  });

  it('fails with standard error though it answered, where it exits with another status than 0', async () => {
    const wasm = judging(
      (place) => `
      (call $write (i32.const 1) ${place('{"accepted":true}')})
      (call $write (i32.const 2) ${place('on second thought')})
      (call $exit (i32.const 1))`,
    );
    expect(await answerOf(wasm)).toEqual(failed('on second thought'));
  });

  it('that writes nothing is an error', async () => {
    expect(await answerOf(judging(() => ''))).toEqual(
      failed(
        'internal server error: Cannot deserialize policy validation response: EOF while parsing a value at line 1 column 0',
      ),
    );
  });

  it.each([
    ['{"valid":false,"message":"bad"}', 'bad'],
    ['{"valid":false}', 'no message'],
    ['', 'Cannot deserialize settings validation response: EOF while parsing a value at line 1 column 0'],
    ['{}', 'Cannot deserialize settings validation response: missing field `valid` at line 1 column 2'],
  ])('refuses its settings by %j', async (answer, why) => {
    const start = (place: Place) => `(call $write (i32.const 1) ${place(answer)})`;
    const engine = await startEngine({ p: single(wasi({ start })) });
    expect(engine.refused).toEqual({ p: `AS-4402 Policy settings are invalid: ${why}` });
  });

  it('may take longer than others where its own limit says so', async () => {
    const wasm = judging(
      (place) => `
      (i64.store (i32.const 152) (i64.const 1500000000))
      (drop (call $poll (i32.const 128) (i32.const 512) (i32.const 1) (i32.const 8)))
      (call $write (i32.const 1) ${place('{"accepted":true}')})`,
    );
    const engine = await startEngine(
      { own: single(wasm, { timeoutEvalSeconds: 60 }), none: single(wasm) },
      { timeoutMs: 700 },
    );
    // A loaded machine may not even check the settings in the shorter time.
    const short = engine.refused['none'] ?? JSON.stringify(await engine.ask('none'));
    expect(short).toContain('Policy execution interrupted because it exceeded the allowed execution time');
    expect(await engine.ask('own')).toEqual({ allowed: true });
  });
});

describe('the host call of a WASI policy', () => {
  /** Reads its input to the end, asks its host, and fails with the status and whatever it can read then. */
  function asking(module: string): Uint8Array {
    const texts = ['kubewarden', 'net', 'v1/dns_lookup_host', '"a"'];
    let at = 1024;
    const placed = texts.map((text) => {
      const address = at;
      at += text.length;
      return {
        argument: `(i32.const ${address}) (i32.const ${text.length})`,
        data: `(data (i32.const ${address}) "${text.replaceAll('"', '\\22')}")`,
      };
    });
    const wat = `(module
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (import "${module}" "call" (func $host (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 4)
      ${placed.map(({ data }) => data).join('\n')}
      (data (i32.const 2048) "{\\22valid\\22:true}")
      (func $write (param $fd i32) (param $at i32) (param $length i32)
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $length))
        (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func $read (result i32)
        (i32.store (i32.const 0) (i32.const 65536))
        (i32.store (i32.const 4) (i32.const 65536))
        (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (i32.load (i32.const 8)))
      (func (export "_start") (local $status i32)
        (drop (call $read))
        (if (i32.eqz ${isValidation})
          (then (call $write (i32.const 1) (i32.const 2048) (i32.const 14)) (return)))
        (if (call $read) (then unreachable))
        (local.set $status (call $host ${placed.map(({ argument }) => argument).join(' ')}))
        (i32.store8 (i32.const 512) (i32.add (i32.const 48) (local.get $status)))
        (call $write (i32.const 2) (i32.const 512) (i32.const 1))
        (call $write (i32.const 2) (i32.const 65536) (call $read))
        (if (call $read) (then unreachable))
        (call $exit (i32.const 1))))`;
    return assemble(wat, { ...wapcMetadata, executionMode: 'wasi' });
  }

  it.each(['host', 'kubewarden:javy/host'])(
    'of %s returns 0 and 1, and its answer comes on standard input',
    async (module) => {
      const answers = [Promise.resolve(Buffer.from('{"ips":[]}')), Promise.reject(new Error('nobody'))];
      answers[1]?.catch(() => undefined);
      const engine = await startEngine(
        { p: single(asking(module), { hostCapabilities: ['*'] }) },
        { hostCapabilities: { call: () => answers.shift()! } },
      );
      expect(await engine.ask('p')).toEqual(failed('0{"ips":[]}'));
      expect(await engine.ask('p')).toMatchObject({
        status: { message: expect.stringMatching(/^1.*nobody$/) as string },
      });
    },
  );
});

describe('the system calls of a WASI policy', () => {
  type Call = readonly [name: string, params: string, args: string, check: string];
  const calls: readonly Call[] = [
    ['sched_yield', '', '', '(i32.const 0)'],
    ['environ_sizes_get', 'i32 i32', '(i32.const 1024) (i32.const 1028)', '(i32.load (i32.const 1024))'],
    ['environ_get', 'i32 i32', '(i32.const 1024) (i32.const 1028)', '(i32.const 0)'],
    // 70,000 bytes are more than some sources of chance give at once; the last eight are not all 0.
    ['random_get', 'i32 i32', '(i32.const 4096) (i32.const 70000)', '(i64.eqz (i64.load (i32.const 74088)))'],
    // After 2020, in nanoseconds.
    [
      'clock_time_get',
      'i32 i64 i32',
      '(i32.const 0) (i64.const 1) (i32.const 1024)',
      '(i64.lt_u (i64.load (i32.const 1024)) (i64.const 1577836800000000000))',
    ],
    ['clock_res_get', 'i32 i32', '(i32.const 0) (i32.const 1024)', '(i64.eqz (i64.load (i32.const 1024)))'],
    [
      'fd_fdstat_get',
      'i32 i32',
      '(i32.const 1) (i32.const 1024)',
      '(i32.ne (i32.load8_u (i32.const 1024)) (i32.const 2))',
    ],
    ['fd_fdstat_set_flags', 'i32 i32', '(i32.const 0) (i32.const 4)', '(i32.const 0)'],
    ['fd_close', 'i32', '(i32.const 1)', '(i32.const 0)'],
  ];

  function calling([name, params, args, check]: Call, expected: number): Uint8Array {
    const wat = `(module
      (import "wasi_snapshot_preview1" "${name}" (func $call (param ${params}) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 4)
      (data (i32.const 0) "{\\22accepted\\22:true,\\22valid\\22:true}")
      (data (i32.const 100) "\\00\\00\\00\\00\\1e\\00\\00\\00")
      (func (export "_start")
        (if (i32.ne (call $call ${args}) (i32.const ${expected})) (then unreachable))
        (if ${check} (then unreachable))
        (drop (call $fd_write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 112)))))`;
    return assemble(wat, { ...wapcMetadata, executionMode: 'wasi' });
  }

  it.each(calls)('has %s', async (...call) => {
    expect(await answerOf(calling(call, 0))).toEqual({ allowed: true });
  });

  const none = '(i32.const 0)';
  it.each<[number, Call]>([
    [8, ['fd_prestat_get', 'i32 i32', '(i32.const 3) (i32.const 1024)', none]],
    [8, ['fd_prestat_dir_name', 'i32 i32 i32', '(i32.const 3) (i32.const 1024) (i32.const 8)', none]],
    [8, ['fd_fdstat_get', 'i32 i32', '(i32.const 3) (i32.const 1024)', none]],
    [
      8,
      ['fd_read', 'i32 i32 i32 i32', '(i32.const 1) (i32.const 1024) (i32.const 0) (i32.const 1032)', none],
    ],
    [28, ['poll_oneoff', 'i32 i32 i32 i32', '(i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8)', none]],
    [70, ['fd_seek', 'i32 i64 i32 i32', '(i32.const 1) (i64.const 0) (i32.const 0) (i32.const 1024)', none]],
    // What there is not, as there are no files: not implemented.
    [52, ['path_create_directory', 'i32 i32 i32', '(i32.const 3) (i32.const 0) (i32.const 1)', none]],
    [52, ['sock_accept', 'i32 i32 i32', '(i32.const 3) (i32.const 0) (i32.const 1024)', none]],
  ])('answers %i to what it has not: %j', async (errno, call) => {
    expect(await answerOf(calling(call, errno))).toEqual({ allowed: true });
  });

  it('waits for the clock, and says which subscription is due', async () => {
    const wasm = judging(
      (place) => `
      (i64.store (i32.const 128) (i64.const 77))
      (i64.store (i32.const 152) (i64.const 1000000))
      (if (call $poll (i32.const 128) (i32.const 512) (i32.const 1) (i32.const 8)) (then unreachable))
      (if (i32.ne (i32.load (i32.const 8)) (i32.const 1)) (then unreachable))
      (if (i64.ne (i64.load (i32.const 512)) (i64.const 77)) (then unreachable))
      (call $write (i32.const 1) ${place('{"accepted":true}')})`,
    );
    expect(await answerOf(wasm)).toEqual({ allowed: true });
  });
});
