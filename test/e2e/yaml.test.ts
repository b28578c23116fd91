import fc from 'fast-check';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { AuditError } from '../../src/domain/errors.ts';
import { parseDocuments } from '../../src/sources/manifests/documents.ts';
import { parseExactJson } from '../../src/text/exact-json.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

/*
 * A document means what kubectl would send. kubectl and the API server turn YAML into JSON with one and the same library, and the API
 * server takes YAML itself: so each document is created twice in a dry run, once as it is and once as the JSON that we make of it, and
 * what the API server would store has to be the same.
 */

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'odds.yaml.example.com' },
  spec: {
    group: 'yaml.example.com',
    scope: 'Cluster',
    names: { kind: 'Odd', plural: 'odds', singular: 'odd' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const path = '/apis/yaml.example.com/v1/odds';
const head = 'apiVersion: yaml.example.com/v1\nkind: Odd\nmetadata: {name: odd}\n';

describeOnCluster('YAML', () => {
  const cluster = sharedCluster();
  let dispatcher: Agent;

  beforeAll(async () => {
    dispatcher = new Agent({ connect: { ca: cluster.certificateAuthority } });
    await cluster.apply([definition]);
    // That waits until the new type is served.
    await cluster.apply([{ apiVersion: 'yaml.example.com/v1', kind: 'Odd', metadata: { name: 'first' } }]);
  });

  afterAll(async () => {
    await cluster.request(
      'DELETE',
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/odds.yaml.example.com`,
    );
    await dispatcher.close();
  });

  /** What the API server would store of a text, or why it would not; exact to the digit. */
  async function create(body: string, type: 'yaml' | 'json', fieldValidation = 'Ignore') {
    const query = `dryRun=All&fieldValidation=${fieldValidation}`;
    const answer = await request(`${cluster.server}${path}?${query}`, {
      dispatcher,
      method: 'POST',
      headers: { authorization: `Bearer ${cluster.adminToken}`, 'content-type': `application/${type}` },
      body,
    });
    const text = await answer.body.text();
    const stored = { ...(parseExactJson(text) as object), metadata: undefined };
    return answer.statusCode === 201 ? { stored: JSON.stringify(stored) } : { refused: text };
  }

  function toJson(yaml: string): string | AuditError {
    const [document, ...more] = [...parseDocuments({ path: 'odd.yaml', text: yaml })];
    if (document === undefined || more.length > 0) throw new Error(`one document is expected: ${yaml}`);
    return document instanceof AuditError ? document : JSON.stringify(document.value);
  }

  async function expectSame(text: string, type: 'yaml' | 'json' = 'yaml'): Promise<void> {
    const json = toJson(text);
    if (typeof json !== 'string') throw new Error(`we refuse it: ${json.message}`, { cause: json });
    const [theirs, ours] = await Promise.all([create(text, type), create(json, 'json')]);
    if ('refused' in theirs) throw new Error(`the API server refuses it: ${theirs.refused}`);
    expect(ours).toEqual(theirs);
  }

  const scalars = [
    'yes No on OFF y N tRue True ~ Null NULL 0755 -0755 0o17 0x1F 0b11 -0b11 +12 1_000 08 09 00 0 -0 1e3 1E+3 1.10 .5 5. -.5',
    '1e400 1_0.5_0 12:30 190:20:30 2020-01-01 2001-12-14t21:59:43.10-05:00 9007199254740993 -9223372036854775808',
    '9223372036854775807 9223372036854775808 18446744073709551616 0xFFFFFFFFFFFFFFFF 0.1 1e-7 1e21 1.2.3 1e 0x _1 1_ + . ..',
    `"0755" 'yes' 'it''s' "\\u00e9\\x41\\n\\t\\"\\\\" = < ?x :x a#b é😀`,
  ].flatMap((line) => line.split(' '));

  test.each([
    ...scalars,
    'a # b',
    'two  words',
    '!!str 123',
    '!!int "3"',
    '!!float 3',
    '!!bool yes',
    '!!null ""',
    '!!binary aGVsbG8=',
    '! 12',
  ])('the scalar %s', async (scalar) => {
    await expectSame(`${head}value: ${scalar}\n`);
  });

  test.each([
    ['an empty value', 'a:\nb: ""\n'],
    ['anchors', 'a: &x {b: [1, &y 2]}\nc: *x\nd: *y\n'],
    ['merge keys', 'base: &base {a: 1, b: 2}\nc:\n  <<: *base\n  b: 3\n'],
    ['a merge of several', 'x: &x {a: 1, b: 1}\nk: &y {b: 2, c: 2}\nz: {c: 0, <<: [*x, *y], d: 3}\n'],
    ['a merge key behind the keys', 'x: &x {a: 1, b: 1}\nv:\n  a: 2\n  <<: *x\n  b: 2\n'],
    ['a quoted merge key', 'x: {"<<": {a: 1}}\n'],
    ['literal blocks', 'a: |\n  one\n   two\n\n  three\nb: |-\n  x\nc: |+\n  y\n\nd: z\n'],
    ['folded blocks', 'a: >\n  one\n  two\n\n  three\n    four\n  five\nb: >-\n  x\n  y\nc: >2\n    z\n'],
    ['plain text on several lines', 'a: one\n  two\n\n  three\n'],
    ['quoted text on several lines', 'a: "one\n  two\\\n  three\n\n  four"\nb: \'x\n  y\'\n'],
    ['keys that are no texts', '1: a\nyes: b\n0x10: c\n1.5: d\n'],
    ['flow collections', 'v: {a: [1, two, "3", {b: c}, ], d: {e, f: }}\n'],
    ['comments', '# one\na: 1 # two\n# three\nb: # four\n  c\n'],
    ['sequences without indentation', 'a:\n- 1\n- - 2\n  - 3\n- b: c\n  d: e\n'],
    ['an explicit key', '? a\n: b\n'],
    ['windows line ends', 'a: 1\r\nb: |\r\n  x\r\n  y\r\n'],
    ['an end of the document', 'a: 1\n...\n'],
    ['a text that looks like JSON', 'a: "{\\"b\\": 1}"\n'],
    ['a very deep value', `a: ${'['.repeat(90)}1${']'.repeat(90)}\n`],
  ])('%s', async (_, yaml) => {
    await expectSame(head + yaml);
  });

  test('JSON, with numbers to the digit', async () => {
    await expectSame(
      '{"apiVersion":"yaml.example.com/v1","kind":"Odd","metadata":{"name":"odd"},"a":9007199254740993,"b":1.0,"c":"\\u00e9\\/","d":[null,true]}',
      'json',
    );
  });

  describe('is refused by both', () => {
    test.each([
      ['a key that stands twice', 'a: 1\na: 2\n'],
      ['a key that stands twice in a flow', 'a: {b: 1, b: 2}\n'],
      ['a number that JSON cannot hold', 'a: .inf\n'],
      ['an alias of nothing', 'a: *nothing\n'],
      ['a tab as indentation', 'a:\n\tb: 1\n'],
      ['a bracket that is not closed', 'a: [1, 2\n'],
      ['a text that is not closed', 'a: "b\n'],
      ['a mapping in a line', 'a: b: c\n'],
      ['null as a key', 'null: a\n'],
    ])('%s', async (_, yaml) => {
      expect(toJson(head + yaml)).toBeInstanceOf(AuditError);
      // As it is with `kubectl create`, which has the server check the fields.
      expect(await create(head + yaml, 'yaml', 'Strict')).toHaveProperty('refused');
    });
  });

  test("a tag of one's own is refused with its line, where kubectl takes it for none", async () => {
    const yaml = `${head}value: !mine 12\n`;
    expect(toJson(yaml)).toMatchObject({
      code: 'AS-2008',
      message: expect.stringMatching(/^odd\.yaml:4: unknown scalar tag/) as string,
    });
    expect(await create(yaml, 'yaml')).toHaveProperty('stored');
  });

  test.each([
    { indentSeq: false },
    { collectionStyle: 'flow', lineWidth: 0 },
    { defaultStringType: 'QUOTE_SINGLE', lineWidth: 20 },
    { defaultStringType: 'QUOTE_DOUBLE', doubleQuotedMinMultiLineLength: 1, lineWidth: 20 },
    { defaultStringType: 'BLOCK_LITERAL' },
    { defaultStringType: 'BLOCK_FOLDED', lineWidth: 20 },
    { defaultKeyType: 'QUOTE_DOUBLE', indent: 7, nullStr: '' },
  ] as const)('random values, written with %j', async (options) => {
    const words = fc.constantFrom(
      'yes',
      'no',
      '~',
      '0x1',
      '1e3',
      ' a',
      'b ',
      'c: d',
      '#e',
      '- f',
      'two\nlines\n',
      '\n',
      '',
      'é😀',
      '"',
      "'",
      '\\',
    );
    const text = fc.array(words, { maxLength: 4 }).map((parts) => parts.join(' '));
    const key = text.filter((name) => !name.includes('\n') && name !== '');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
        fc.constantFrom(true, false, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const values = fc.sample(value, { numRuns: 300, seed: 20261125 });
    const written = stringify(values, { version: '1.1', aliasDuplicateObjects: false, ...options });
    await expectSame(`${head}values:${written.startsWith('[') ? ' ' : '\n'}${written}`);
  });

  test('random scalars', async () => {
    const alphabet = Array.from('0123456789abcdefoxyntYNEOTFruels+-._~:');
    const scalar = fc
      .array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 7 })
      .map((characters) => characters.join(''))
      .filter((text) => !/^[-:?]$|:$|^[-+]?\.(inf|nan)$/i.test(text));
    const scalars = fc.sample(scalar, { numRuns: 4000, seed: 20261125 });
    await expectSame(`${head}values:\n${scalars.map((text) => `- ${text}\n`).join('')}`);
  });
});
