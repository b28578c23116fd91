import { describe, expect, it } from 'vitest';
import { lazyVariables } from '../../../src/matching/condition-variables.ts';
import { compileConditions } from '../../../src/matching/match-conditions.ts';
import { anObject, aPolicy, pods } from '../../support/builders.ts';

const yes = 'true';
const no = 'false';
const broken = 'object.nope == 1';
const unknown = `request.userInfo.username == 'x'`;

function decide(failurePolicy: 'Fail' | 'Ignore', ...expressions: string[]) {
  const matchConditions = expressions.map((expression, index) => ({ name: `c${index}`, expression }));
  return compileConditions(aPolicy('p', { matchConditions, failurePolicy })).decide(
    lazyVariables(anObject(pods, 'shop/web')),
  );
}

describe('match conditions', () => {
  it.each([
    [[yes, yes], 'match', 'match'],
    [[yes, no], 'no-match', 'no-match'],
    [[broken, no], 'no-match', 'no-match'],
    [[unknown, no], 'no-match', 'no-match'],
    [[broken, yes], 'error', 'ignored'],
    [[broken, unknown], 'error', 'ignored'],
    [[unknown, yes], 'match', 'match'],
  ])('%j are decided as the API server does', (expressions, fail, ignore) => {
    expect(decide('Fail', ...expressions).kind).toBe(fail);
    expect(decide('Ignore', ...expressions).kind).toBe(ignore);
  });

  it('name the condition that failed', () => {
    expect(decide('Fail', yes, broken)).toEqual({
      kind: 'error',
      why: 'matchConditions "c1": field not found: nope',
    });
  });

  it('say once of a policy what nobody can decide', () => {
    const matchConditions = [{ name: 'not-me', expression: unknown }];
    expect(compileConditions({ matchConditions, failurePolicy: 'Fail' }).notes).toEqual([
      'matchConditions "not-me" reads request.userInfo: where it cannot be decided, the policy is asked',
    ]);
  });

  it('are in doubt for what takes too long or nests too deeply', () => {
    const deep = {
      ...anObject(pods, 'shop/web'),
      json: Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    };
    const { decide: ask } = compileConditions({
      matchConditions: [{ name: 'c', expression: yes }],
      failurePolicy: 'Ignore',
    });
    expect(ask(lazyVariables(deep))).toEqual({
      kind: 'undecided',
      why: 'matchConditions "c": the object is nested too deeply',
    });
  });
});
