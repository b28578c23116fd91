import { describe, expect, it } from 'vitest';
import { accept, type Place, wapc } from '../../fixtures/wasm/modules.ts';
import { requestText, single, startEngine } from './engine.ts';

async function answerOf(validate: (place: Place) => string, object?: unknown): Promise<unknown> {
  const engine = await startEngine({ p: single(wapc({ validate })) });
  expect(engine.refused).toEqual({});
  return engine.ask('p', object);
}

function error(message: string) {
  return { allowed: false, status: { message, code: 500 } };
}

describe('the answers of a waPC policy', () => {
  it.each([
    ['{"accepted":true}', { allowed: true }],
    [
      '{"accepted":true,"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null}',
      { allowed: true },
    ],
    ['{"accepted":false}', { allowed: false }],
    ['{"accepted":false,"message":"no"}', { allowed: false, status: { message: 'no' } }],
    ['{"accepted":false,"message":""}', { allowed: false, status: { message: '' } }],
    ['{"accepted":false,"code":403}', { allowed: false, status: { code: 403 } }],
    ['{"accepted":true,"message":"ok","code":200}', { allowed: true, status: { message: 'ok', code: 200 } }],
    [
      '{"accepted":true,"warnings":["w"],"audit_annotations":{"a":"b"}}',
      { allowed: true, warnings: ['w'], auditAnnotations: { a: 'b' } },
    ],
    ['{"accepted":true,"mutated_object":{"kind":"Pod"}}', { allowed: true }],
    [
      '{"accepted":true,"mutated_object":{"kind":"Pod","a":1}}',
      { allowed: true, patchType: 'JSONPatch', patch: btoa('[{"op":"add","path":"/a","value":1}]') },
    ],
  ])('%s', async (answer, response) => {
    expect(await answerOf(accept(answer))).toEqual(response);
  });

  it('refuses to change an object that is not there', async () => {
    expect(await answerOf(accept('{"accepted":true,"mutated_object":{}}'), null)).toEqual({
      allowed: false,
      status: {
        message:
          'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed',
      },
    });
  });

  it.each([
    ['', 'EOF while parsing a value at line 1 column 0'],
    ['{"accepted":', 'EOF while parsing a value at line 1 column 12'],
    ['true', 'invalid type: boolean `true`, expected struct ValidationResponse at line 1 column 4'],
    ['{}', 'missing field `accepted` at line 1 column 2'],
    ['{"accepted":"yes"}', 'invalid type: string "yes", expected a boolean at line 1 column 17'],
    ['{"accepted":true,"message":1}', 'invalid type: integer `1`, expected a string at line 1 column 28'],
    ['{"accepted":true,"code":70000}', 'invalid value: integer `70000`, expected u16 at line 1 column 29'],
    [
      '{"accepted":true,"code":400.0}',
      'invalid type: floating point `400.0`, expected u16 at line 1 column 29',
    ],
    ['\ufeff{"accepted":true}', 'expected value at line 1 column 1'],
    ['{"accepted":true,"accepted":true}', 'duplicate field `accepted` at line 1 column 27'],
    ['{"accepted":true,"message":"\\ud800"}', 'unexpected end of hex escape at line 1 column 35'],
    ['{"accepted":true} {}', 'trailing characters at line 1 column 19'],
    ['{"accepted":true,"warnings":[1]}', 'invalid type: integer `1`, expected a string at line 1 column 30'],
    [
      '{"accepted":true,"audit_annotations":{"a":1}}',
      'invalid type: integer `1`, expected a string at line 1 column 43',
    ],
  ])('%j is none', async (answer, why) => {
    expect(await answerOf(accept(answer))).toEqual(
      error(`internal server error: invalid response from policy: ${why}`),
    );
  });

  it('no UTF-8 is none', async () => {
    expect(
      await answerOf(accept(Buffer.concat([Buffer.from('{"message":'), Buffer.of(0x22, 0xff, 0x22)]))),
    ).toEqual(
      error(
        'internal server error: invalid response from policy: invalid unicode code point at line 1 column 14',
      ),
    );
  });
});

describe('a waPC policy that fails', () => {
  const failures: readonly (readonly [string, (place: Place) => string, string])[] = [
    ['says why', (place) => `(call $error ${place('my words')}) (i32.const 0)`, 'my words'],
    ['says nothing', () => '(i32.const 0)', 'No error message set for call failure'],
    [
      'succeeds without an answer',
      () => '(i32.const 1)',
      'No error message OR response set for call success',
    ],
    ['succeeds with an error', (place) => `(call $error ${place('oh')}) (i32.const 1)`, 'oh'],
    ['traps', () => 'unreachable', 'wasm trap: unreachable'],
    [
      'traps after it answered',
      (place) => `(call $response ${place('{"accepted":true}')}) unreachable`,
      'wasm trap: unreachable',
    ],
    [
      'fails after it answered',
      (place) => `(call $response ${place('{"accepted":true}')}) (i32.const 0)`,
      'No error message set for call failure',
    ],
  ];
  it.each(failures)('%s', async (_name, validate, text) => {
    expect(await answerOf(validate)).toEqual(error(`internal server error: Guest call failure: ${text}`));
  });
});

describe('what a waPC policy is asked', () => {
  const echo = (): string => '(call $error (i32.const 65536) (local.get $msg)) (i32.const 0)';

  it('is the request as it is, with the settings', async () => {
    const engine = await startEngine({ p: single(wapc({ validate: echo }), { settings: { a: [1] } }) });
    expect(await engine.ask('p', { big: 'x' })).toEqual(
      error(
        `internal server error: Guest call failure: {"request":${requestText('{"big":"x"}')},"settings":{"a":[1]}}`,
      ),
    );
  });

  it.each([
    [{ a: 1 }, '{"a":1}'],
    [undefined, '{}'],
    [null, '{}'],
  ])('settings %j', async (settings, text) => {
    const engine = await startEngine({
      p: single(wapc({ validate: echo, settings: echo }), { settings }),
    });
    expect(engine.refused).toEqual({
      p: `AS-4402 Policy settings are invalid: Error invoking settings validation callback: GuestCallFailure(${JSON.stringify(text)})`,
    });
  });
});

describe('the settings of a waPC policy', () => {
  it.each([
    ['{"valid":true}', {}],
    ['{"valid":false,"message":"no"}', { p: 'AS-4402 Policy settings are invalid: no' }],
    ['{"valid":false}', { p: 'AS-4402 Policy settings are invalid: no message' }],
    [
      '[]',
      {
        p: 'AS-4402 Policy settings are invalid: error: InvalidResponseWithError(Error("invalid length 0, expected struct SettingsValidationResponse with 2 elements", line: 1, column: 2))',
      },
    ],
  ])('%s', async (answer, refused) => {
    const engine = await startEngine({
      p: single(wapc({ validate: accept('{"accepted":true}'), settings: accept(answer) })),
    });
    expect(engine.refused).toEqual(refused);
  });

  it('must be an object', async () => {
    const wasm = wapc({ validate: accept('{"accepted":true}') });
    const engine = await startEngine({ p: single(wasm, { settings: [] }) });
    expect(engine.refused).toEqual({
      p: 'AS-4402 policy "p" cannot be run: Invalid settings in CRD, not an object',
    });
    expect(await engine.ask('p')).toBe(engine.refused['p']);
  });
});
