import type { AuditRun, ResourceReport } from '../../domain/report.ts';
import type { ReportBody, ReportMapper } from '../../reports/mapper.ts';
import { runUidLabel } from '../../reports/report-body.ts';
import { carryTimestamps, describeContent } from './content.ts';
import type { StoredReport } from './stored-report.ts';

/** What has to be sent for a report to be stored. `patch` is a JSON merge patch. */
export type ReportChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly body: ReportBody }
  | { readonly kind: 'update'; readonly patch: object };

/** Compares a report with what is stored of it, if anything. */
export function decideChange(
  report: ResourceReport,
  stored: StoredReport | undefined,
  { mapper, run }: { readonly mapper: ReportMapper; readonly run: AuditRun },
): ReportChange {
  const now = Math.floor(run.startedAt.getTime() / 1000);
  const { runUid } = run;
  const fresh = mapper.toBody(report, { runUid, timestamps: report.results.map(() => now) });
  if (stored === undefined) return { kind: 'create', body: fresh };

  const content = describeContent(fresh);
  if (content.digest.equals(stored.content.digest)) return { kind: 'none' };

  const { timestamps, moved } = carryTimestamps(stored.content.results, content.results, now);
  const body = mapper.toBody(report, { runUid, timestamps });
  return { kind: 'update', patch: toMergePatch(body, { resourceVersion: stored.resourceVersion, moved }) };
}

/**
 * A merge patch leaves alone what it does not name: labels and annotations of others, and the run's UID while no result
 * has moved. What must go is named with null.
 */
function toMergePatch(
  { metadata, scope, ...fields }: ReportBody,
  { resourceVersion, moved }: { readonly resourceVersion: string; readonly moved: boolean },
): object {
  const { [runUidLabel]: runUid, ...labels } = metadata.labels;
  return {
    ...fields,
    metadata: {
      resourceVersion,
      labels: moved ? { ...labels, [runUidLabel]: runUid } : labels,
      ownerReferences: metadata.ownerReferences.length === 0 ? null : metadata.ownerReferences,
    },
    scope: { ...absentScope, ...(typeof scope === 'object' && scope) },
  };
}

const absentScope = { namespace: null, uid: null, resourceVersion: null };
