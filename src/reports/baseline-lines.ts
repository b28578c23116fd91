import {
  type AuditOutcome,
  type BaselineComparison,
  type BaselineEntry,
  errorCodes,
} from '../domain/index.ts';
import { plural, toPlainText } from '../text/index.ts';

/** `baseline old.json of 2026-11-01 14:00 UTC: 1 new, 0 changed, 900 known; 3 fixed, 2 not looked at`. Undefined without one. */
export function describeBaseline({ baseline }: AuditOutcome): string | undefined {
  if (baseline === undefined) return undefined;
  const { source, takenAt, counts } = baseline;
  const when = takenAt === undefined ? '' : ` of ${takenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const violations = `${counts.new} new, ${counts.changed} changed, ${counts.known} known`;
  const entries = `${counts.fixed} fixed, ${counts.unseen} not looked at`;
  return toPlainText(`baseline ${source}${when}: ${violations}; ${entries}`);
}

/** Caveats for readers of the comparison; a plain line each. */
export function describeBaselineWarnings({ baseline }: AuditOutcome): readonly string[] {
  return (baseline?.warnings ?? []).map((text) =>
    toPlainText(`warning: ${text} [${errorCodes.baselineDoubtful}]`),
  );
}

/** What is fixed, by policy and object, the first few of it. */
export function describeFixed(
  { fixed }: Pick<BaselineComparison, 'fixed'>,
  { most }: { readonly most: number },
): readonly string[] {
  const more = fixed.length - most;
  return [
    ...fixed.slice(0, most).map((entry) => `fixed: ${formatEntry(entry)}`),
    ...(more > 0 ? [`and ${plural(more, 'more', 'more')} fixed`] : []),
  ];
}

/** `clusterwide-no-privileged on shop Deployment.apps/web`. */
function formatEntry({ policy, group, kind, namespace, name }: BaselineEntry): string {
  const type = group === '' ? kind : `${kind}.${group}`;
  return toPlainText(`${policy} on ${namespace === undefined ? '' : `${namespace} `}${type}/${name}`);
}
