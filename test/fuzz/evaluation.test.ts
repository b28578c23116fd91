import fc from 'fast-check';
import { expect } from 'vitest';
import { errorCodes, toAuditError } from '../../src/domain/errors.ts';
import { BuiltinError } from '../../src/engine/guest/rego/builtin-error.ts';
import { callBuiltin, hasBuiltin } from '../../src/engine/guest/rego/builtins.ts';
import { interpretGatekeeper, interpretOpa } from '../../src/engine/guest/rego/results.ts';
import { evaluateExpression, membersOf, parseExpression } from '../../src/engine/program/expression.ts';
import { parseValue, writeValue } from '../../src/engine/serde/value.ts';
import { interpretAnswer } from '../../src/evaluation/policy-server/answer.ts';
import { anObject, pods } from '../support/builders.ts';
import { almost, json, mutated, text } from './arbitraries.ts';
import { expectRefusal, fuzz } from './fuzz.ts';

const object = anObject(pods, 'shop/web', { uid: 'u-1' });
const question = { policy: 'clusterwide-p', object, server: 'default' };

const review = almost({
  apiVersion: fc.constant('admission.k8s.io/v1'),
  response: almost({
    uid: fc.constantFrom('u-1', 'u-2'),
    allowed: fc.boolean(),
    status: almost({ message: text, code: fc.constantFrom(200, 400, 500) }),
    warnings: fc.array(text),
  }),
});

fuzz({
  name: 'an answer counts as a verdict only where it clearly is one',
  corpus: 'answers',
  read: (bytes) => ({ status: 200, type: 'application/json', body: bytes.toString() }),
  inputs: fc.record({
    status: fc.oneof(
      { arbitrary: fc.constant(200), weight: 5 },
      { arbitrary: fc.integer({ min: 100, max: 599 }), weight: 1 },
    ),
    type: fc.constantFrom('application/json', 'text/plain', 'text/html'),
    body: mutated(
      fc.oneof(review, json).map((value) => JSON.stringify(value)),
      '{}[]":,truefalsn0159\\\n',
    ),
  }),
  check: ({ status, type, body }) => {
    const answer = { status, headers: { 'content-type': type }, body: Buffer.from(body) };
    const outcome = interpretAnswer(answer, question, () => 0);
    if (outcome.verdict === 'errored') {
      // A policy's own words go on as they are, to where they are displayed.
      if (outcome.error.code !== errorCodes.evaluationFailed) expectRefusal(outcome.error);
      return;
    }
    expect(status).toBe(200);
    const { response } = JSON.parse(body) as { response: Record<string, unknown> };
    expect(response['uid']).toBe('u-1');
    expect(outcome.verdict).toBe(response['allowed'] === true ? 'allowed' : 'denied');
    expect(typeof response['allowed']).toBe('boolean');
  },
});

const members = ['a', 'b', 'c'] as const;

/** An expression with what it means, computed while it is made. */
const expression: fc.Arbitrary<{ source: string; meaning: (values: readonly boolean[]) => boolean }> =
  fc.letrec<{
    node: { source: string; meaning: (values: readonly boolean[]) => boolean };
  }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(0, 1, 2).map((index) => ({
        source: `${members[index]}()`,
        meaning: (values: readonly boolean[]) => values[index] === true,
      })),
      fc.boolean().map((value) => ({ source: String(value), meaning: () => value })),
      tie('node').map(({ source, meaning }) => ({
        source: `!(${source})`,
        meaning: (values: readonly boolean[]) => !meaning(values),
      })),
      fc
        .tuple(tie('node'), fc.constantFrom('&&', '||', '==', '!='), tie('node'))
        .map(([left, operator, right]) => ({
          source: `(${left.source}) ${operator} (${right.source})`,
          meaning: (values: readonly boolean[]) => {
            const [a, b] = [left.meaning(values), right.meaning(values)];
            if (operator === '&&') return a && b;
            if (operator === '||') return a || b;
            return operator === '==' ? a === b : a !== b;
          },
        })),
    ),
  })).node;

fuzz({
  name: 'the expression of a policy group means what it says',
  inputs: fc.tuple(expression, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 })),
  check: ([{ source, meaning }, values]) => {
    const ask = (name: string): boolean => values[members.findIndex((member) => member === name)] === true;
    const parsed = parseExpression(source);
    expect(evaluateExpression(parsed, ask)).toBe(meaning(values));
    for (const name of membersOf(parsed)) expect(members).toContain(name);
  },
});

fuzz({
  name: 'a broken expression of a policy group is refused with a reason',
  corpus: 'expressions',
  read: (bytes) => bytes.toString(),
  inputs: mutated(
    expression.map(({ source }) => source),
    '()!&|=ab_ 0"\n\u0000',
  ),
  check: (source) => {
    try {
      parseExpression(source);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).not.toBeInstanceOf(RangeError);
      expect(thrown).not.toBeInstanceOf(TypeError);
    }
  },
});

const builtins = [
  'sprintf',
  'trace',
  'json.patch',
  'json.is_valid',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
  'regex.split',
  'regex.find_n',
  'regex.template_match',
  'semver.is_valid',
  'semver.compare',
  'glob.quote_meta',
  'hex.encode',
  'hex.decode',
  'base64url.encode_no_pad',
  'urlquery.encode',
  'urlquery.decode',
  'urlquery.encode_object',
  'urlquery.decode_object',
  'parse_rfc3339_ns',
  'date',
  'strings.any_prefix_match',
  'strings.any_suffix_match',
];

const patch = fc.array(
  almost({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', '_get'),
    path: fc.constantFrom('/a', '/__proto__/x', '/constructor/prototype/x', '', '/-', '/a/0', 'a'),
    from: fc.constantFrom('/a', '/__proto__', ''),
    value: json,
  }),
  { maxLength: 3 },
);
const argument = fc.oneof(
  json,
  text,
  patch,
  fc.constantFrom(
    '%v %d %s %q %x',
    '%999999999d',
    '%[3]*d',
    '1.2.3',
    '2026-11-25T00:00:00Z',
    '(a+)+$',
    '&a [*a, *a]',
  ),
);

fuzz({
  name: 'a builtin of Rego gives JSON, or refuses its arguments in its own words',
  inputs: fc.tuple(fc.constantFrom(...builtins), fc.array(argument, { minLength: 4, maxLength: 4 })),
  runs: 4_000,
  check: ([name, values]) => {
    expect(hasBuiltin(name)).toBe(true);
    // Half a character is nothing that a policy can hand over.
    const given = values.map((value) => parseValue(JSON.stringify(value).replaceAll(/\\ud[89a-f]../g, '')));
    try {
      parseValue(writeValue(callBuiltin(name, given)));
    } catch (thrown) {
      if (!(thrown instanceof BuiltinError)) throw thrown;
    }
  },
});

fuzz({
  name: 'the result of a Rego policy allows only what it says it allows',
  inputs: fc.oneof(
    json,
    fc.array(
      almost({
        result: fc.oneof(
          fc.array(almost({ msg: text })),
          almost({ response: almost({ uid: text, allowed: fc.boolean() }) }),
        ),
      }),
    ),
  ),
  check: (results) => {
    const source = JSON.stringify(results);
    const first = Array.isArray(results)
      ? (results[0] as Record<string, unknown> | null | undefined)
      : undefined;
    const opa = interpretOpa(source);
    if (opa.allowed) {
      const answer = first?.['result'] as { response: { allowed: unknown } };
      expect(answer.response.allowed).toBe(true);
    }
    const { allowed, doubt } = interpretGatekeeper(source);
    // What cannot be understood counts as allowed on policy-server; here it is never so without a word.
    if (allowed && doubt === undefined) expect(first?.['result']).toEqual([]);
  },
});

fuzz({
  name: 'whatever is thrown becomes an error of the program',
  inputs: fc.anything(),
  check: (thrown) => {
    expect(toAuditError(thrown).code).toBe('AS-9001');
  },
});
