import type { Severity } from '../domain/policy.ts';
import { compareText, type PolicyResult, type ResourceReport } from '../domain/report.ts';
import type { ObjectReference } from '../domain/resource.ts';

/** How bad a finding is, from the worst; `unset` where the policy does not say, which is taken more seriously than `info`. */
export const severityNames = [
  'critical',
  'high',
  'medium',
  'low',
  'unset',
  'info',
] as const satisfies readonly (Severity | 'unset')[];
export type SeverityName = (typeof severityNames)[number];

/** One row: a result with the object it is about. */
export type Finding = { readonly report: ResourceReport; readonly result: PolicyResult };

export function severityOf({ policy }: PolicyResult): SeverityName {
  return policy.severity ?? 'unset';
}

/** How tables write a severity. */
export function severityLabel(severity: SeverityName): string {
  return severity === 'unset' ? '-' : severity.toUpperCase();
}

/** `2 high, 1 unset`, worst first, of the named severities; empty when all are zero. */
export function formatSeverityCounts(
  counts: Readonly<Record<SeverityName, number>>,
  names: readonly SeverityName[] = severityNames,
): string {
  return names
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(', ');
}

/** Every result as a row, ordered by severity, namespace, kind, name and policy: the same on every machine. */
export function toFindings(reports: readonly ResourceReport[]): readonly Finding[] {
  return reports
    .flatMap((report) => report.results.map((result) => ({ report, result })))
    .sort(
      (a, b) =>
        severityRank(a.result) - severityRank(b.result) ||
        compareSubjects(a.report.subject, b.report.subject) ||
        compareText(a.result.policy.uniqueName, b.result.policy.uniqueName),
    );
}

/** 0 is the worst. */
export function severityRank(result: PolicyResult): number {
  return severityNames.indexOf(severityOf(result));
}

/** Cluster-scoped objects first, then by namespace, kind and name. */
export function compareSubjects(a: ObjectReference, b: ObjectReference): number {
  return (
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion)
  );
}

/** `deployments.apps/api`: what `kubectl get` accepts. */
export function formatResource({ groupResource, subject }: ResourceReport): string {
  return `${groupResource}/${subject.name}`;
}
