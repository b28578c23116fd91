import {
  type AuditError,
  type ErrorCode,
  formatPolicy,
  type Incident,
  type IncidentScope,
  mayRetryHelp,
  retryAdvice,
} from '../domain/index.ts';
import { manual } from '../manual/index.ts';
import { toOneLine } from '../text/index.ts';
import type { RunFacts } from './run-facts.ts';

/** Something that a run has missed, or why it could not start. */
export type Missing = {
  readonly code: ErrorCode;
  /** What was missed: `secrets in payments`, `secrets in 42 namespaces`, a policy, or the whole scan. */
  readonly what: string;
  /** The title of the code; for a run that could not start, its error message. */
  readonly why: string;
  readonly retryable: boolean;
  readonly count: number;
};

/** Everything that a run has missed, most first. */
export function listMissing({ outcome, failure }: Pick<RunFacts, 'outcome' | 'failure'>): readonly Missing[] {
  const missing = [
    // The title alone would not say which list was forbidden or which address does not answer.
    ...(failure === undefined ? [] : [{ ...fromError(failure, {}, 1), why: toOneLine(failure.message) }]),
    ...fromIncidents(outcome?.incidents ?? []),
    ...(outcome?.evaluationFailures ?? []).map(({ policy, code, count }) => ({
      code,
      what: formatPolicy(policy),
      why: manual[code].title,
      retryable: retryAdvice[code].mayHelp,
      count,
    })),
  ];
  return missing.sort((a, b) => b.count - a.count);
}

/** One entry for the same failure in many namespaces: it is one thing to fix, and separate entries would crowd out the rest. */
function fromIncidents(incidents: readonly Incident[]): readonly Missing[] {
  const same = Map.groupBy(incidents, ({ error, scope }) =>
    JSON.stringify([error.code, mayRetryHelp(error), { ...scope, namespace: undefined }]),
  );
  return [...same.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const count = others.reduce((sum, other) => sum + other.count, first.count);
    const namespaces = new Set([first, ...others].map(({ scope }) => scope.namespace));
    const { namespace } = first.scope;
    const where = namespaces.size > 1 ? `${namespaces.size} namespaces` : namespace;
    return [
      fromError(first.error, { ...first.scope, ...(where !== undefined && { namespace: where }) }, count),
    ];
  });
}

function fromError(error: AuditError, scope: IncidentScope, count: number): Missing {
  const { code } = error;
  return {
    code,
    what: describeScope(scope),
    why: manual[code].title,
    retryable: mayRetryHelp(error),
    count,
  };
}

function describeScope({ policy, resource, namespace, path }: IncidentScope): string {
  const parts = [policy, resource, namespace === undefined ? undefined : `in ${namespace}`, path];
  return parts.filter((part) => part !== undefined).join(' ') || 'the whole scan';
}
