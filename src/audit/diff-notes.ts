import { type AuditOutcome, describeFilters, type RunTarget } from '../domain/index.ts';
import { describeTarget, isOfTarget, nameAll } from './baseline-doubts.ts';

/** One of two results that are compared. */
export type NotedResult = {
  readonly source: string;
  readonly outcome: AuditOutcome;
  readonly target: RunTarget;
  /** Whether what it accepts is not said in it. */
  readonly hidesAccepted: boolean;
};

/** Caveats for readers of a difference between two results, a sentence each. */
export function describeDiffNotes(old: NotedResult, current: NotedResult): readonly string[] {
  // Whatever else there is to say of one run is said of it by the verdict.
  if (old.outcome.run.runUid === current.outcome.run.runUid)
    return [`${old.source} and ${current.source} are of one run, so nothing has happened between them`];
  return [
    ...describeOrder(old, current),
    ...[old, current].flatMap(describeCompleteness),
    ...describeReports(old),
    ...describeParts(old, current),
    ...describePolicies(old, current),
    ...describePolicies(current, old),
    ...describeTargets(old, current),
    ...(current.hidesAccepted
      ? [
          `${current.source} does not say what it accepts, so nothing that it lacks is called fixed; a result of -o json says it`,
        ]
      : []),
  ];
}

function describeOrder(old: NotedResult, current: NotedResult): readonly string[] {
  return old.outcome.run.startedAt > current.outcome.run.startedAt
    ? [
        `${old.source} is the younger one: what is called new here was there before, and what is called fixed came later`,
      ]
    : [];
}

function describeCompleteness({ source, outcome }: NotedResult): readonly string[] {
  return outcome.complete
    ? []
    : [`${source} comes from an incomplete scan: what it did not see is not compared`];
}

/** What stored reports do not know is in no document. Of the newer result the verdict says it. */
function describeReports({ source, outcome: { coverage, incidents } }: NotedResult): readonly string[] {
  if (coverage.reportAge === undefined) return [];
  return [
    `${source} does not say what its scans left out, so only what an object does that passed then is called new`,
    ...incidents.map(({ error }) => `${source}: ${error.message}`),
  ];
}

function describeParts(old: NotedResult, current: NotedResult): readonly string[] {
  const [then, now] = [old, current].map(describePart);
  if (then === now) return [];
  return [old, current].flatMap((side) => {
    const part = describePart(side);
    return part === '' ? [] : [`${side.source} is about a part only (${part}): the rest is not compared`];
  });
}

function describePart({ outcome: { filters } }: NotedResult): string {
  return filters === undefined ? 'nobody knows which' : describeFilters(filters).join(' ');
}

function describePolicies(one: NotedResult, other: NotedResult): readonly string[] {
  const others = new Set(auditedBy(other));
  const only = auditedBy(one).filter((name) => !others.has(name));
  return only.length === 0
    ? []
    : [`only ${one.source} was made with ${nameAll(only)}, of which nothing is compared`];
}

function auditedBy({ outcome: { policies } }: NotedResult): readonly string[] {
  return policies.filter(({ state }) => state === 'audited').map(({ policy }) => policy.uniqueName);
}

function describeTargets(old: NotedResult, current: NotedResult): readonly string[] {
  if (isOfTarget(old, current.target)) return describeClusters(old, current);
  return [
    `${old.source} is of ${describeTarget(old.target)} and ${current.source} of ${describeTarget(current.target)}: what only one of them has is neither new nor fixed (--same-target if it is the same under two names)`,
  ];
}

/** A context may lead to another cluster by now. */
function describeClusters(old: NotedResult, current: NotedResult): readonly string[] {
  const before = new Map((old.target.clusters ?? []).map((target) => [target.context, target]));
  return (current.target.clusters ?? []).flatMap((target) => {
    const known = before.get(target.context);
    if (known === undefined || isOfTarget({ target: known }, target)) return [];
    return [
      `${target.context ?? ''} is another cluster in ${current.source} than in ${old.source}: what only one of them has is neither new nor fixed (--same-target if it is the same under two names)`,
    ];
  });
}
