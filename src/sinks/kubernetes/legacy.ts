import { AuditError, type AuditScope, errorCodes } from '../../domain/index.ts';
import { isApiStatus } from '../../kubernetes/index.ts';
import type { ReportMapper } from '../../reports/index.ts';
import type { CloseOutcome } from '../index.ts';
import { type KubernetesApi, reasonOf, resourceNameOf } from './api.ts';
import { type Deletion, deleteReports, type OnNotice, toDeletionIncident } from './deletion.ts';
import { collectionsOf, listManagedReports, type ReportCollection } from './list.ts';
import { readIdentity } from './stored-report.ts';

export type LegacyCleanUpOptions = {
  /** The report API that is no longer written. */
  readonly legacy: ReportMapper;
  /** What the run looked at: reports elsewhere have no successor yet and stay. */
  readonly scope: AuditScope;
  /** Whether a report of this name is ours to delete; without it all are. */
  readonly owns?: ((reportName: string) => boolean) | undefined;
  readonly onNotice: OnNotice;
  readonly signal: AbortSignal;
};

/**
 * Deletes the scanner's reports of the other report API, which are no longer updated. To be called after a complete run:
 * until then they are the only ones. An API that is not installed holds none. Never rejects: what could not be deleted is
 * an incident.
 */
export async function cleanUpLegacyReports(
  client: KubernetesApi,
  { legacy, scope, owns, onNotice, signal }: LegacyCleanUpOptions,
): Promise<CloseOutcome> {
  try {
    const reports = legacyReports(client, { collections: collectionsOf(legacy, scope), owns, signal });
    const { deleted, failures } = await deleteReports(client, reports, { onNotice, signal });
    const incidents =
      failures === undefined
        ? []
        : [toDeletionIncident(failures, errorCodes.legacyCleanupFailed, 'legacy report')];
    return { deleted, incidents, kept: [] };
  } catch (thrown) {
    if (signal.aborted) return { deleted: 0, incidents: [], kept: [] };
    const message = `the legacy reports could not be listed: ${reasonOf(thrown)}`;
    const error = new AuditError(errorCodes.legacyCleanupFailed, message, { cause: thrown });
    return {
      deleted: 0,
      incidents: [{ error, scope: { resource: resourceNameOf(legacy.namespaced) }, count: 1 }],
      kept: [],
    };
  }
}

type LegacyReports = Pick<LegacyCleanUpOptions, 'owns' | 'signal'> & {
  readonly collections: readonly ReportCollection[];
};

async function* legacyReports(
  client: KubernetesApi,
  { collections, owns, signal }: LegacyReports,
): AsyncGenerator<Deletion> {
  for (const collection of collections) {
    try {
      for await (const report of listManagedReports(client, { ...collection, owns }, signal)) {
        yield { api: collection.api, report: readIdentity(report) };
      }
    } catch (thrown) {
      if (!isApiStatus(thrown, 404)) throw thrown;
    }
  }
}
