import { type AuditError, type AuditScope, toAuditError } from '../../domain/index.ts';
import type { ReportMapper } from '../../reports/index.ts';
import { type KubernetesApi, resourceNameOf } from './api.ts';
import { collectionsOf, explainListFailure, listManagedReports, type ReportCollection } from './list.ts';
import { readIdentity } from './stored-report.ts';

export type StoredReportsOptions = {
  readonly mapper: ReportMapper;
  /** The other report API, for the advice that is given when the chosen one is not installed. */
  readonly alternative: ReportMapper;
  readonly scope: AuditScope;
  readonly signal: AbortSignal;
};

/** Where reports could not be listed, and why. */
type UnlistedReports = {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly error: AuditError;
};

/**
 * Yields the reports that the scanner has stored, as the API gives them, page by page and each once. Those of other writers are not among
 * them, nor is the run record. Rejects with an AuditError for the first place where they cannot be listed.
 */
export async function* readStoredReports(
  client: KubernetesApi,
  options: StoredReportsOptions,
): AsyncGenerator {
  for await (const read of readWhatCanBe(client, options)) {
    if ('error' in read) throw read.error;
    yield read.report;
  }
}

/** The same, but goes on where reports cannot be listed, and yields that in their place. Rejects only when the signal aborts. */
export async function* readWhatCanBe(
  client: KubernetesApi,
  { mapper, alternative, scope, signal }: StoredReportsOptions,
): AsyncGenerator<{ readonly report: unknown } | UnlistedReports> {
  for (const collection of collectionsOf(mapper, scope)) {
    try {
      for await (const report of listOnce(client, collection, signal)) yield { report };
    } catch (thrown) {
      signal.throwIfAborted();
      const explained = await explainListFailure(thrown, { ...collection, client, alternative, signal });
      const { api, namespace } = collection;
      yield { resource: resourceNameOf(api), namespace, error: toAuditError(explained) };
    }
  }
}

/** A list that expires starts again, and then gives what it has given before. */
async function* listOnce(
  client: KubernetesApi,
  collection: ReportCollection,
  signal: AbortSignal,
): AsyncGenerator {
  const seen = new Set<string>();
  for await (const report of listManagedReports(client, collection, signal)) {
    const { uid } = readIdentity(report);
    if (seen.has(uid)) continue;
    seen.add(uid);
    yield report;
  }
}
