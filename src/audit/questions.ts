import {
  AuditError,
  type AuditedObject,
  errorCodes,
  formatApiVersion,
  formatPolicy,
  type MissingFact,
  type Policy,
} from '../domain/index.ts';
import {
  createMatcher,
  type Match,
  type MatchConditions,
  type PlannedPolicy,
  type PlannedType,
} from '../matching/index.ts';
import type { CoverageRecord } from './coverage.ts';
import type { JoinedObject } from './join.ts';

/** A policy and the object as it is in the version that the policy's rules name. */
export type Question = {
  readonly object: AuditedObject;
  readonly policy: Policy;
  /** Why it is unknown whether admission would ask: this becomes the result, and the policy is not asked. */
  readonly failure: AuditError | undefined;
};

export type QuestionContext = {
  readonly conditions: ReadonlyMap<Policy, MatchConditions>;
  /** Namespaces of which no more is known than the name. */
  readonly nameOnly: ReadonlySet<string>;
  readonly coverage: Pick<CoverageRecord, 'skip'>;
  /** Called for each object about which a policy is not asked, or asked in doubt, because of a fact that the user could supply. */
  readonly miss: (policy: Policy, object: AuditedObject, error: AuditError) => void;
};

/** Which policies are asked about an object. What nobody can decide goes to the coverage; what a fact would decide is missed. */
export function questionsAbout(
  type: PlannedType,
  { views }: JoinedObject,
  context: QuestionContext,
): readonly Question[] {
  const { conditions, nameOnly } = context;
  return type.versions.flatMap(({ policies }, index) => {
    const object = views[index];
    if (object === undefined) return [];
    const match = createMatcher(object);
    return policies.flatMap((planned) => {
      const found = match(planned, { conditions: conditions.get(planned.policy), nameOnly });
      return toQuestion(found, { type, object, planned }, context);
    });
  });
}

type Pair = {
  readonly type: PlannedType;
  readonly object: AuditedObject;
  readonly planned: PlannedPolicy;
};

function toQuestion(
  match: Match,
  { type, object, planned: { policy } }: Pair,
  { coverage, miss }: QuestionContext,
): readonly Question[] {
  switch (match.kind) {
    case 'match':
      return [{ object, policy, failure: undefined }];
    case 'no-match':
      return [];
    case 'unknown':
      miss(policy, object, toMissingFactError(policy, match.fact));
      return [];
    case 'undecided':
      if (match.fact === undefined) coverage.skip(policy, type, `${match.why}: the policy is asked`);
      else miss(policy, object, toUndecidedError(policy, match.why, match.fact));
      return [{ object, policy, failure: undefined }];
    case 'ignored':
      coverage.skip(policy, type, `${match.why}: failurePolicy Ignore, the policy is not asked`);
      return [];
    case 'error':
      return [{ object, policy, failure: toError(policy, match.why) }];
  }
}

function toError(policy: Policy, why: string): AuditError {
  const message = `${formatPolicy(policy)}: ${why}; with failurePolicy Fail, admission rejects such an object`;
  return new AuditError(errorCodes.matchConditionFailed, message);
}

/** Why it is not known whether a policy is asked, and what would tell. */
function toMissingFactError(policy: Policy, fact: MissingFact): AuditError {
  if (fact.kind === 'namespace') {
    const why = `selects namespaces by labels, and the labels of ${fact.name} are unknown`;
    return new AuditError(errorCodes.namespaceUnknown, `${formatPolicy(policy)} ${why}; ${remedy(fact)}`);
  }
  const { kind } = fact.type;
  const why = `may be about ${formatApiVersion(fact.type)} ${kind}, whose plural and scope are unknown`;
  return new AuditError(errorCodes.typeUnknown, `${formatPolicy(policy)} ${why}; ${remedy(fact)}`);
}

/** Why a policy was asked though its conditions may leave the object out, and what would tell. */
function toUndecidedError(policy: Policy, why: string, fact: MissingFact): AuditError {
  const message = `${formatPolicy(policy)}: ${why}, which is unknown; the policy was asked anyway; ${remedy(fact)}`;
  return new AuditError(errorCodes.conditionUndecided, message);
}

function remedy(fact: MissingFact): string {
  return fact.kind === 'namespace'
    ? `give the Namespace ${fact.name} with --facts`
    : `give the CustomResourceDefinition of ${fact.type.kind} with --facts`;
}
