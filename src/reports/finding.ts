import {
  type BaselineState,
  compareText,
  type ObjectReference,
  type PolicyResult,
  type ResourceReport,
  type SeverityName,
  severityNames,
  severityOf,
  type TopOwner,
} from '../domain/index.ts';
import { toPlainLines, toPlainText } from '../text/index.ts';

/** One row: a result with the object it is about. */
export type Finding = { readonly report: ResourceReport; readonly result: PolicyResult };

/** How tables call a result: a violation that an exception covers is none to act on, and one that a baseline knows none to act on now. */
export function resultLabel({ result, exception, baseline }: PolicyResult): ResultLabel {
  return exception === undefined ? (baseline ?? result) : 'accepted';
}

export type ResultLabel = PolicyResult['result'] | BaselineState | 'accepted';

/** How tables write a severity. */
export function severityLabel(severity: SeverityName): string {
  return severity === 'unset' ? '-' : severity.toUpperCase();
}

/** Every result as a row, ordered by severity, cluster, namespace, kind, name and policy: the same on every machine. */
export function toFindings<Report extends Pick<ResourceReport, 'subject' | 'results' | 'cluster'>>(
  reports: readonly Report[],
): readonly FindingOf<Report>[] {
  return reports
    .flatMap((report) => report.results.map((result): FindingOf<Report> => ({ report, result })))
    .sort(
      (a, b) =>
        severityRank(a.result) - severityRank(b.result) ||
        comparePlaces(a.report, b.report) ||
        compareText(a.result.policy.uniqueName, b.result.policy.uniqueName),
    );
}

type FindingOf<Report extends Pick<ResourceReport, 'results'>> = {
  readonly report: Report;
  readonly result: Report['results'][number];
};

/** Violations and what could not be evaluated, in the order of findings: what is a problem to somebody who reads only those. */
export function toProblems<Report extends Pick<ResourceReport, 'subject' | 'results' | 'cluster'>>(
  reports: readonly Report[],
): readonly FindingOf<Report>[] {
  return toFindings(reports).filter(({ result }) => result.result !== 'pass');
}

/** Problems without those that an exception covers. */
export function toOpenProblems(reports: readonly ResourceReport[]): readonly Finding[] {
  return toProblems(reports).filter(({ result }) => result.exception === undefined);
}

/** Open problems without those that were known before. */
export function toNewProblems(reports: readonly ResourceReport[]): readonly Finding[] {
  return toOpenProblems(reports).filter(({ result }) => result.baseline !== 'known');
}

/** What is wrong, on as many lines as the policy wants. Never empty, and no answer never reads like a pass. */
export function describeProblem({ result, message = '' }: PolicyResult): string {
  const text = toPlainLines(message).trim();
  if (result === 'error') return `could not be evaluated: ${text || 'no reason is known'}`;
  return text || 'not allowed; the policy gives no reason';
}

/** 0 is the worst. */
export function severityRank(result: PolicyResult): number {
  return severityNames.indexOf(severityOf(result));
}

/** By cluster, and in it by object. */
export function comparePlaces(a: Place, b: Place): number {
  return compareText(a.cluster ?? '', b.cluster ?? '') || compareSubjects(a.subject, b.subject);
}

type Place = Pick<ResourceReport, 'subject' | 'cluster'>;

/** Cluster-scoped objects first, then by namespace, kind and name. */
export function compareSubjects(a: ObjectReference, b: ObjectReference): number {
  return (
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.kind, b.kind) ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion)
  );
}

/** `no-privileged`, or `payments/limits` for a policy of a namespace. */
export function formatPolicyName({ name, namespace }: PolicyResult['policy']): string {
  return toPlainText(namespace === undefined ? name : `${namespace}/${name}`);
}

/** `deployments.apps/api`: what `kubectl get` accepts. */
export function formatResource({
  groupResource,
  subject,
}: Pick<ResourceReport, 'groupResource' | 'subject'>): string {
  return `${groupResource}/${subject.name}`;
}

/** `payments/deployments.apps/api`; without a namespace for what has none, and `prod: …` where there are several clusters. */
export function formatObject(report: ResourceReport): string {
  return toPlainText(inPlace(report, formatResource(report)));
}

/** What is said of an object, behind the cluster and the namespace that it is in. */
export function inPlace({ cluster, subject: { namespace } }: Place, text: string): string {
  const inNamespace = namespace === undefined ? text : `${namespace}/${text}`;
  return cluster === undefined ? inNamespace : `${cluster}: ${inNamespace}`;
}

/** `payments`, or `prod: payments` where there are several clusters. */
export function formatNamespace({ cluster, subject: { namespace = '(cluster)' } }: Place): string {
  return toPlainText(cluster === undefined ? namespace : `${cluster}: ${namespace}`);
}

/** `deployments.apps/web`, the top owner as far as it is known. */
export function formatOwner({ groupResource, name, isCertain }: TopOwner): string {
  return toPlainText(`${groupResource}/${name}${isCertain ? '' : ' (perhaps not the top owner)'}`);
}
