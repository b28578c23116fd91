import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BuiltinError } from '../../../../../src/engine/guest/rego/builtin-error.ts';
import { callBuiltin } from '../../../../../src/engine/guest/rego/builtins.ts';
import { isArray, parseValue, writeValue } from '../../../../../src/engine/serde/value.ts';

/** What policy-server's own builtins of Rego answered; `crash` is where it did not live to answer. */
type Recorded = { readonly builtin: string; readonly arguments: string } & (
  | { readonly answer: string }
  | { readonly error: string }
  | { readonly crash: true }
);

const recorded = readFileSync(new URL('../../../../recorded/rego-builtins.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

type Outcome = { readonly answer: string } | { readonly error: string };

function ask(builtin: string, values: string): Outcome {
  const list = parseValue(values);
  if (!isArray(list)) throw new TypeError('the arguments are no list');
  try {
    return { answer: writeValue(callBuiltin(builtin, list)) };
  } catch (thrown) {
    if (thrown instanceof BuiltinError) return { error: thrown.message };
    throw thrown;
  }
}

/** Behind these, parsers say in many lines what they expected. It differs, and so do only the words. */
const ownWords = [
  /cannot build regex from the given pattern string/,
  /invalid regular expression/,
  /cannot convert input object to json/,
  /: cannot convert/,
  /cannot parse string -/,
  /ParseError\(WithContext/,
];

function withoutReason(outcome: Outcome): Outcome {
  if (!('error' in outcome)) return outcome;
  const found = ownWords.find((words) => words.test(outcome.error));
  return found === undefined ? outcome : { error: outcome.error.slice(0, outcome.error.search(found)) };
}

describe('builtins of Rego answer what those of policy-server do', () => {
  const names = [...new Set(recorded.map(({ builtin }) => builtin))];
  test.each(names)('%s', (name) => {
    const cases = recorded.filter(({ builtin }) => builtin === name);
    const wrong = cases.flatMap((entry) => {
      const outcome = withoutReason(ask(name, entry.arguments));
      // What crashes there has an answer of our own here, or an error, but ends.
      if ('crash' in entry) return [];
      const expected = withoutReason('answer' in entry ? { answer: entry.answer } : { error: entry.error });
      return JSON.stringify(outcome) === JSON.stringify(expected)
        ? []
        : [{ arguments: entry.arguments, outcome, expected }];
    });
    expect(wrong).toEqual([]);
  });

  test('there is a record of each builtin', () => {
    expect(names.length).toBe(22);
  });
});

describe('where policy-server crashes, or the engine has no way to do the same', () => {
  test.each([
    ['sprintf', '["%v is more than %.1f",[1.50,2e0]]', '"1.5 is more than 2.0"'],
    ['sprintf', '["%v",[18446744073709551615]]', '"18446744073709551615"'],
  ])('%s of doubles and of large integers is as in Go', (builtin, values, answer) => {
    expect(ask(builtin, values)).toEqual({ answer });
  });

  test.each([
    ['["%70000d",[1]]', 'a width of 70000 is more than 65535'],
    ['["say \\"%v\\"",["hi"]]', 'Cannot render go template'],
  ])('sprintf%s is an error', (values, why) => {
    expect(ask('sprintf', values)).toEqual({ error: expect.stringContaining(why) as string });
  });

  test.each([
    ['["\\\\bé","é",-1]', 'this engine cannot tell word boundaries in a text beyond ASCII'],
    ['["\\\\<a","a",-1]', 'this engine has no word boundaries of this kind'],
    ['["(?R)a$","a",-1]', 'this engine does not have the flag R'],
  ])('regex.find_n%s is an error that says so', (values, why) => {
    expect(ask('regex.find_n', values)).toEqual({ error: expect.stringContaining(why) as string });
  });

  test('a word boundary in a text of ASCII is known', () => {
    expect(ask('regex.find_n', '["\\\\b\\\\w+\\\\b","a bc",-1]')).toEqual({ answer: '["a","bc"]' });
  });
});
