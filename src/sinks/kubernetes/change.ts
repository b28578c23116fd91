import type { AuditRun, PolicyResult, ResourceReport } from '../../domain/index.ts';
import {
  attemptAnnotation,
  type ReportBody,
  type ReportMapper,
  type ReportStamp,
  runUidLabel,
} from '../../reports/index.ts';
import { carryTimestamps, describeContent, isStored } from './content.ts';
import type { FetchedReport, StoredReport } from './stored-report.ts';
import { mergeUnanswered } from './unanswered.ts';

/**
 * What has to be sent for a report to be stored. `patch` is a JSON merge patch; `kept` counts the results that stay because their
 * policies gave no answer. `fetch`: the stored report has to be read as a whole first, because such results go into a new one.
 */
export type ReportChange =
  | { readonly kind: 'none'; readonly kept: number }
  | { readonly kind: 'create'; readonly kept: 0; readonly body: ReportBody }
  | { readonly kind: 'update'; readonly kept: number; readonly patch: object }
  | { readonly kind: 'fetch' };

/** A change that needs nothing more to be known. */
export type SendableChange = Exclude<ReportChange, { readonly kind: 'fetch' }>;

export type ChangeContext = {
  readonly mapper: ReportMapper;
  readonly run: AuditRun;
  /** Whether what the policy of this result said earlier may stand while it gives no answer. */
  readonly mayKeep: (result: PolicyResult) => boolean;
  /** Whether results are stored with what a later run needs to reuse them. */
  readonly reuses: boolean;
  /** Which attempt this is of a run that may be taken up again; undefined for any other run. */
  readonly attempt?: string | undefined;
};

/** Compares a report with what is stored of it, if anything. */
export function decideChange(
  report: ResourceReport,
  stored: StoredReport | FetchedReport | undefined,
  { mayKeep, ...context }: ChangeContext,
): ReportChange {
  const { mapper, run, attempt } = context;
  const now = Math.floor(run.startedAt.getTime() / 1000);
  const toBody = (of: ResourceReport, kept: KeptStamp = {}): ReportBody =>
    mapper.toBody(of, { runUid: run.runUid, timestamps: of.results.map(() => now), attempt, ...kept });
  const fresh = toBody(report);
  if (stored === undefined) return { kind: 'create', kept: 0, body: fresh };

  const isAnswered = report.results.every(({ unanswered }) => unanswered !== true);
  if (isAnswered) return decideUpdate({ report, body: fresh, kept: 0 }, stored, { ...context, now });
  const content = describeContent(fresh);
  const merged = mergeUnanswered(report, content, { stored, mayKeep });
  if ('kind' in merged) return merged;
  const body = toBody(merged.report, merged);
  return decideUpdate({ ...merged, body }, stored, { ...context, now });
}

/** What accompanies results that stay or replace others. */
type KeptStamp = Pick<ReportStamp, 'earlier' | 'seals'>;

type Candidate = KeptStamp & {
  readonly report: ResourceReport;
  /** The report as it is built for this moment. */
  readonly body: ReportBody;
  readonly kept: number;
};

function decideUpdate(
  { report, body: fresh, kept, earlier, seals }: Candidate,
  stored: StoredReport,
  { mapper, run, now, reuses, attempt }: Omit<ChangeContext, 'mayKeep'> & { readonly now: number },
): ReportChange {
  // A result that was computed from something else than what is stored says is another one where it may be reused.
  if (isStored(fresh, stored.content, { seals: reuses })) return { kind: 'none', kept };
  const { results } = describeContent(fresh);
  const { timestamps, moved } = carryTimestamps(stored.content.results, results, now);
  const body = mapper.toBody(report, { runUid: run.runUid, timestamps, earlier, seals });
  // What stays without an answer must not pass for an answer of this run.
  const annotations = attempt === undefined ? undefined : { [attemptAnnotation]: kept > 0 ? null : attempt };
  return {
    kind: 'update',
    kept,
    patch: toMergePatch(body, { resourceVersion: stored.resourceVersion, moved, annotations }),
  };
}

/**
 * A merge patch does not change what it does not name: labels and annotations of other tools, and the run's UID while no result
 * has moved. What must go is named with null.
 */
function toMergePatch(
  { metadata, scope, ...fields }: ReportBody,
  { resourceVersion, moved, annotations }: Moving,
): object {
  const { [runUidLabel]: runUid, ...labels } = metadata.labels;
  return {
    ...fields,
    metadata: {
      resourceVersion,
      labels: moved ? { ...labels, [runUidLabel]: runUid } : labels,
      ...(annotations !== undefined && { annotations }),
      ownerReferences: metadata.ownerReferences.length === 0 ? null : metadata.ownerReferences,
    },
    scope: { ...absentScope, ...(typeof scope === 'object' && scope) },
  };
}

type Moving = {
  readonly resourceVersion: string;
  readonly moved: boolean;
  readonly annotations: Readonly<Record<string, string | null>> | undefined;
};

const absentScope = { namespace: null, uid: null, resourceVersion: null };
