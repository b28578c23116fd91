import { type Answer, compile, type Expression } from '../cel/index.ts';
import type { MatchCondition, MissingFact, Policy } from '../domain/index.ts';
import { unknownPaths, type Variables } from './condition-variables.ts';

/** Whether a policy is asked about an object, as far as its match conditions go. `why` ends the sentence `the condition …`. */
export type ConditionVerdict =
  | { readonly kind: 'match' | 'no-match' }
  /** `ignored`: the failure policy says that it is not. */
  | { readonly kind: 'ignored' | 'error'; readonly why: string }
  /** It may be either, so the policy is asked. With a `fact`, that fact would decide. */
  | { readonly kind: 'undecided'; readonly why: string; readonly fact?: MissingFact | undefined };

export type MatchConditions = {
  /** What of them an audit cannot decide, whatever the object. */
  readonly notes: readonly string[];
  readonly decide: (variables: () => Variables) => ConditionVerdict;
};

/** Reads the match conditions of a policy. Never throws. */
export function compileConditions(
  policy: Pick<Policy, 'matchConditions' | 'failurePolicy'>,
): MatchConditions {
  const conditions = policy.matchConditions.map((condition) => ({
    condition,
    expression: compile(condition.expression, { unknown: unknownPaths }),
  }));
  return {
    notes: conditions.flatMap(({ condition, expression: { unknowns } }) =>
      unknowns.map((why) => `${describe(condition)} ${why}: where it cannot be decided, the policy is asked`),
    ),
    decide: (variables) => {
      const answers: Named[] = [];
      for (const { condition, expression } of conditions) {
        const answer = answerOf(expression, variables);
        if (answer.kind === 'false') return { kind: 'no-match' };
        answers.push({ condition, answer });
      }
      return combine(answers, policy.failurePolicy);
    },
  };
}

/** What was said of the expression before is not said of each object again. */
function answerOf(expression: Expression, variables: () => Variables): Told {
  try {
    const bindings = variables();
    const answer = expression.evaluate(bindings);
    if (answer.kind !== 'unknown') return answer;
    if (expression.unknowns.includes(answer.why)) return { kind: 'true' };
    return { kind: 'unknown', why: answer.why, fact: bindings.missing[answer.part ?? ''] };
  } catch (thrown) {
    if (thrown instanceof RangeError) return { kind: 'unknown', why: 'the object is nested too deeply' };
    throw thrown;
  }
}

type Told = Answer & { readonly fact?: MissingFact | undefined };
type Named = { readonly condition: MatchCondition; readonly answer: Told };

/** As the API server does once no condition is false: a failure goes by the failure policy, else the policy is asked. */
function combine(answers: readonly Named[], failurePolicy: Policy['failurePolicy']): ConditionVerdict {
  const told = answers.flatMap(({ condition, answer }) =>
    'why' in answer ? [{ ...answer, why: `${describe(condition)}: ${answer.why}` }] : [],
  );
  const failed = told.find(({ kind }) => kind === 'error');
  if (failed !== undefined) return { kind: failurePolicy === 'Fail' ? 'error' : 'ignored', why: failed.why };
  const [unknown] = told
    .filter((answer) => answer.kind === 'unknown')
    .sort((a, b) => Number(b.fact !== undefined) - Number(a.fact !== undefined));
  return unknown === undefined ? { kind: 'match' } : { ...unknown, kind: 'undecided' };
}

function describe({ name }: MatchCondition): string {
  return `matchConditions "${name}"`;
}
