import { formatGroupResource, type PolicyStatus } from '../domain/index.ts';
import type { AuditPlan, PlannedType, PlanScope } from '../matching/index.ts';
import type { ReportSink } from '../sinks/index.ts';
import type { ExpectedType } from './events.ts';
import type { AuditRequest } from './ports.ts';

/** A run looks at the objects of no namespace first. */
export type Pass = 'cluster' | 'namespaced';

/** What a run goes through, one after the other. */
export function passesOf({ scope: { cluster, namespaces } }: AuditRequest): readonly Pass[] {
  return [
    ...(cluster ? (['cluster'] as const) : []),
    ...(namespaces === 'none' ? [] : (['namespaced'] as const)),
  ];
}

/** How many objects of a type are to be expected, by what is stored. */
export function expectOf(type: PlannedType, sink: ReportSink): ExpectedType {
  return { groupResource: formatGroupResource(type), expected: sink.countStored?.(type) };
}

/** The types of a pass. What may be namespaced or not is not left out with the other pass. */
export function typesOf({ types }: AuditPlan, pass: Pass, { cluster }: PlanScope): readonly PlannedType[] {
  return types.filter(({ namespaced, isGuess }) =>
    pass === 'cluster' ? !namespaced : namespaced || (isGuess && !cluster),
  );
}

/** The policies that a pass concerns, for its log lines. */
export function statusesFor(plan: AuditPlan, pass: Pass): readonly PolicyStatus[] {
  const namespaced = pass === 'namespaced';
  return plan.selected
    .filter(({ status, targets }) =>
      targets.length === 0
        ? namespaced || status.policy.namespace === undefined
        : targets.some((target) => target.namespaced === namespaced),
    )
    .map(({ status }) => status);
}
