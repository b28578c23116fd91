import {
  type AuditError,
  type ErrorCode,
  formatPolicy,
  type IncidentScope,
  mayRetryHelp,
  retryAdvice,
} from '../domain/index.ts';
import type { RunFacts } from './run-facts.ts';

/** Something that a run has missed, or why it could not start. */
export type Missing = {
  readonly code: ErrorCode;
  /** What was missed: `secrets in payments`, a policy, or the whole scan. */
  readonly what: string;
  readonly retryable: boolean;
  readonly count: number;
};

/** Everything that a run has missed, most first. */
export function listMissing({ outcome, failure }: Pick<RunFacts, 'outcome' | 'failure'>): readonly Missing[] {
  const missing = [
    ...(failure === undefined ? [] : [fromError(failure, {}, 1)]),
    ...(outcome?.incidents ?? []).map(({ error, scope, count }) => fromError(error, scope, count)),
    ...(outcome?.evaluationFailures ?? []).map(({ policy, code, count }) => ({
      code,
      what: formatPolicy(policy),
      retryable: retryAdvice[code].mayHelp,
      count,
    })),
  ];
  return missing.sort((a, b) => b.count - a.count);
}

function fromError(error: AuditError, scope: IncidentScope, count: number): Missing {
  return { code: error.code, what: describeScope(scope), retryable: mayRetryHelp(error), count };
}

function describeScope({ policy, resource, namespace, path }: IncidentScope): string {
  const parts = [policy, resource, namespace === undefined ? undefined : `in ${namespace}`, path];
  return parts.filter((part) => part !== undefined).join(' ') || 'the whole scan';
}
