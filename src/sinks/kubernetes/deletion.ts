import { AuditError, type ErrorCode, type Incident } from '../../domain/index.ts';
import { ApiStatusError, isApiStatus } from '../../kubernetes/index.ts';
import type { ReportApi } from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import { collectionPath, jsonType, type KubernetesApi, reasonOf, reportPath, resourceNameOf } from './api.ts';
import { listProperty } from './properties.ts';
import type { ReportIdentity, StoredReport } from './stored-report.ts';
import { fetchReport } from './write.ts';

export type Deletion = { readonly api: ReportApi; readonly report: ReportIdentity | StoredReport };

/** Gets notices for an operator that are not failures. */
export type OnNotice = (text: string) => void;

/** `count` reports are still there though they should not be; `error` and `api` are the first one's. */
export type DeletionFailures = { readonly count: number; readonly error: unknown; readonly api: ReportApi };

export type DeletionSummary = { readonly deleted: number; readonly failures: DeletionFailures | undefined };

/** An incident for what could not be deleted; `what` names one of them, e.g. `stale report`. */
export function toDeletionIncident(failures: DeletionFailures, code: ErrorCode, what: string): Incident {
  const { count, error, api } = failures;
  const resource = resourceNameOf(api);
  const message = `${count} ${what}${count === 1 ? '' : 's'} could not be deleted: ${reasonOf(error)}`;
  const tries = isApiStatus(error, 403) ? [`grant the scanner the verb "delete" on ${resource}`] : [];
  return { error: new AuditError(code, message, { cause: error, tries }), scope: { resource }, count };
}

type DeletionOptions = { readonly onNotice: OnNotice; readonly signal: AbortSignal };

const concurrency = 8;

/**
 * Deletes exactly the given versions of the given reports, pulled as fast as the API server takes them. One whose content was
 * changed meanwhile stays, for somebody else knows better, and one that is gone is fine. Where the verb `delete` is not granted, `deletecollection` of
 * the single report takes its place. An aborted signal ends it early. Rejects only if the deletions cannot be pulled.
 */
export async function deleteReports(
  client: KubernetesApi,
  deletions: Iterable<Deletion> | AsyncIterable<Deletion>,
  options: DeletionOptions,
): Promise<DeletionSummary> {
  const deleter = new Deleter(client, options);
  const source =
    Symbol.asyncIterator in deletions ? deletions[Symbol.asyncIterator]() : deletions[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      if (options.signal.aborted) return;
      await deleter.delete(next.value);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return deleter.summary();
}

class Deleter {
  readonly #client: KubernetesApi;
  readonly #options: DeletionOptions;
  #viaCollection = false;
  #apiWorks = true;
  #deleted = 0;
  #failures: DeletionFailures | undefined;

  constructor(client: KubernetesApi, options: DeletionOptions) {
    this.#client = client;
    this.#options = options;
  }

  async delete(deletion: Deletion): Promise<void> {
    // Each request to a server in trouble would go through all its retries. The next run deletes what is left.
    if (!this.#apiWorks) {
      this.#fail(deletion, undefined);
      return;
    }
    try {
      if (await this.#remove(deletion)) this.#deleted += 1;
    } catch (thrown) {
      if (this.#options.signal.aborted || isApiStatus(thrown, 404)) return;
      if (isApiStatus(thrown, 409)) {
        const newer = await this.#findUnchanged(deletion);
        if (newer !== undefined) await this.delete(newer);
        return;
      }
      if (!(thrown instanceof ApiStatusError) || thrown.status >= 500) this.#apiWorks = false;
      this.#fail(deletion, thrown);
    }
  }

  /** The new version after a change outside of what the scanner wrote, like a label of another tool. */
  async #findUnchanged({ api, report }: Deletion): Promise<Deletion | undefined> {
    if (!('content' in report)) return undefined;
    const { signal } = this.#options;
    const current = await fetchReport({ client: this.#client, api, key: report, signal }).catch(
      () => undefined,
    );
    const isOther =
      current?.resourceVersion === report.resourceVersion ||
      !current?.content.digest.equals(report.content.digest);
    return current === undefined || isOther ? undefined : { api, report: current };
  }

  summary(): DeletionSummary {
    return { deleted: this.#deleted, failures: this.#failures };
  }

  #fail({ api }: Deletion, error: unknown): void {
    this.#failures = { error, api, ...this.#failures, count: (this.#failures?.count ?? 0) + 1 };
  }

  /** Whether the report was there. */
  async #remove(deletion: Deletion): Promise<boolean> {
    if (this.#viaCollection) return this.#removeViaCollection(deletion);
    try {
      await this.#removeByName(deletion);
      return true;
    } catch (thrown) {
      if (!isApiStatus(thrown, 403)) throw thrown;
      return this.#fallBack(deletion, thrown);
    }
  }

  /** Earlier versions of the chart's role grant `deletecollection` only. */
  async #fallBack(deletion: Deletion, refusal: ApiStatusError): Promise<boolean> {
    try {
      const removed = await this.#removeViaCollection(deletion);
      if (!this.#viaCollection) this.#options.onNotice(toFallBackNotice(deletion.api));
      this.#viaCollection = true;
      return removed;
    } catch (thrown) {
      throw isApiStatus(thrown, 403) ? refusal : thrown;
    }
  }

  async #removeByName({ api, report }: Deletion): Promise<void> {
    await this.#client.request({
      method: 'DELETE',
      path: reportPath(api, report.namespace, report.name),
      body: toDeleteOptions(report),
      contentType: jsonType,
      idempotent: true,
      signal: this.#options.signal,
    });
  }

  async #removeViaCollection({ api, report }: Deletion): Promise<boolean> {
    const { body } = await this.#client.request({
      method: 'DELETE',
      path: collectionPath(api, report.namespace),
      query: { fieldSelector: `metadata.name=${report.name}` },
      body: toDeleteOptions(report),
      contentType: jsonType,
      idempotent: true,
      signal: this.#options.signal,
    });
    return listProperty(parseJson(body), 'items').length > 0;
  }
}

function toFallBackNotice(api: ReportApi): string {
  return `the verb "delete" on ${resourceNameOf(api)} is not granted: stale reports are deleted with "deletecollection" instead`;
}

function toDeleteOptions({ uid, resourceVersion }: ReportIdentity): string {
  const preconditions = { uid, resourceVersion };
  return JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
}
