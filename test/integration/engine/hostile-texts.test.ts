import { describe, expect, it } from 'vitest';
import { type Place, wapc } from '../../fixtures/wasm/modules.ts';
import { opa, type Repeated, repeat, repeatField } from '../../fixtures/wasm/opa.ts';
import { failure, survive } from './survive.ts';

/*
 * What is read of a guest lies in the heap of V8, where it takes many times what its text does. A heap that cannot grow for it ends the
 * whole process, and not only the thread.
 */

const tooLong = 'the policy answered with more than 4194304 bytes';

describe('a hostile waPC policy', () => {
  const say = (how: 'response' | 'error', parts: Repeated) => (place: Place) =>
    `
    (drop (memory.grow (i32.const 1200)))
    (call $${how} (i32.const 131072) (i32.sub ${repeat(place, 131072, parts)} (i32.const 131072)))
    (i32.const ${how === 'error' ? 0 : 1})`;

  it('that answers with millions of objects', async () => {
    const validate = say('response', [
      ['{"accepted":true,"x":[0', 1],
      [',{}', 24_000_000],
      [']}', 1],
    ]);
    expect(await survive(wapc({ validate, fields: repeatField }))).toEqual(
      failure(`internal server error: Guest call failure: wasm trap: ${tooLong}`),
    );
  });

  it('that fails with many words has some of them', async () => {
    const validate = say('error', [['word', 10_000_000]]);
    expect(await survive(wapc({ validate, fields: repeatField }))).toEqual(
      failure(`internal server error: Guest call failure: ${'word'.repeat(16 * 1024)}`),
    );
  });
});

describe('a hostile Rego policy', () => {
  const list = (item: string, times: number): Repeated => [
    ['[0', 1],
    [item, times],
    [']', 1],
  ];
  const deep: Repeated = [
    ['{"a":', 1],
    ['[', 2000],
    ['0', 1],
    [',0', 100_000],
    [']', 2000],
    ['}', 1],
  ];
  const copy = '{"op":"copy","from":"/a","path":"/a/-"}';
  const aliases = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]\\n`)
    .join('');
  const attacks: readonly (readonly [what: string, builtin: string, values: readonly Repeated[]])[] = [
    ['a huge value', 'yaml.marshal', [list(',{}', 4_000_000)]],
    ['large values', 'regex.template_match', Array.from({ length: 4 }, () => list(',{}', 1_200_000))],
    [
      'much to format',
      'sprintf',
      [
        [
          ['"', 1],
          ['%999d', 300_000],
          ['"', 1],
        ],
        list(',0', 300_000),
      ],
    ],
    [
      'copies of copies',
      'json.patch',
      [
        [['{"a":[{}]}', 1]],
        [
          ['[', 1],
          [`${copy},`, 22],
          [`${copy}]`, 1],
        ],
      ],
    ],
    ['deep lists to complain about', 'json.patch', [deep, [['[{"op":"remove","path":"/b"}]', 1]]]],
    ['deep lists to indent', 'yaml.marshal', [deep]],
    ['aliases of aliases', 'yaml.unmarshal', [[[`"a: &a [{},{},{},{},{},{}]\\n${aliases}"`, 1]]]],
  ];
  it.each(attacks)('that calls a builtin with %s', async (_what, builtin, values) => {
    const ended = values.map((parts): Repeated => [...parts, ['\0', 1]]);
    expect(await survive(opa(builtin, ended), 20)).toEqual(
      failure(
        expect.stringMatching(
          /more than 4194304 bytes|longer than 4194304 bytes|too large|recursion limit exceeded/,
        ),
      ),
    );
  });
});
