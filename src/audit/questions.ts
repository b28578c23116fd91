import { AuditError, errorCodes } from '../domain/errors.ts';
import { formatPolicy, type Policy } from '../domain/policy.ts';
import type { AuditedObject } from '../domain/resource.ts';
import type { MatchConditions } from '../matching/conditions/match-conditions.ts';
import { lazyVariables, type Variables } from '../matching/conditions/variables.ts';
import { matchesObject } from '../matching/match.ts';
import type { PlannedType } from '../matching/plan.ts';
import type { CoverageRecord } from './coverage.ts';
import type { JoinedObject } from './join.ts';

/** A policy and the object as it is in the version that the policy's rules name. */
export type Question = {
  readonly object: AuditedObject;
  readonly policy: Policy;
  /** Why nobody can say whether admission would ask: this is the answer then, and nobody is asked. */
  readonly failure: AuditError | undefined;
};

type Context = {
  readonly conditions: ReadonlyMap<Policy, MatchConditions>;
  readonly coverage: Pick<CoverageRecord, 'skip'>;
};

/** Which policies are asked about an object. What match conditions leave open goes to the coverage. */
export function questionsAbout(
  type: PlannedType,
  { views }: JoinedObject,
  { conditions, coverage }: Context,
): readonly Question[] {
  return type.versions.flatMap(({ policies }, index) => {
    const object = views[index];
    if (object === undefined) return [];
    const variables = lazyVariables(object);
    return policies
      .filter((planned) => matchesObject(planned, object))
      .map(({ policy }) => ({ policy, verdict: decide(conditions.get(policy), variables) }))
      .flatMap(({ policy, verdict }) => {
        if (verdict.kind === 'no-match') return [];
        if (verdict.kind === 'undecided') coverage.skip(policy, type, `${verdict.why}: the policy is asked`);
        if (verdict.kind === 'ignored') {
          coverage.skip(policy, type, `${verdict.why}: failurePolicy Ignore, the policy is not asked`);
          return [];
        }
        return [
          { object, policy, failure: verdict.kind === 'error' ? toError(policy, verdict.why) : undefined },
        ];
      });
  });
}

function decide(
  conditions: MatchConditions | undefined,
  variables: () => Variables,
): ReturnType<MatchConditions['decide']> {
  return conditions?.decide(variables) ?? { kind: 'match' };
}

function toError(policy: Policy, why: string): AuditError {
  const message = `${formatPolicy(policy)}: ${why}; admission refuses such an object, by failurePolicy Fail`;
  return new AuditError(errorCodes.matchConditionFailed, message);
}
