import { isApiStatus } from '../../kubernetes/index.ts';
import type { ReportApi } from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import type { WriteOutcome } from '../index.ts';
import { collectionPath, jsonType, type KubernetesApi, mergePatchType, reportPath } from './api.ts';
import type { SendableChange } from './change.ts';
import { property, textProperty } from './properties.ts';
import { type FetchedReport, type ReportKey, readStoredReport } from './stored-report.ts';

/** One report in the cluster and how to get to it. */
export type ReportTarget = {
  readonly client: KubernetesApi;
  readonly api: ReportApi;
  readonly key: ReportKey;
  readonly signal: AbortSignal;
};

/**
 * Sends a change. `outdated` means that the report is not, or no longer, what the change was made for. Rejects as the
 * client does when the API server refuses the change for another reason.
 */
export async function sendChange(
  target: ReportTarget,
  change: SendableChange,
): Promise<WriteOutcome | 'outdated'> {
  if (change.kind === 'none') return 'unchanged';
  try {
    await (change.kind === 'create' ? create(target, change.body) : update(target, change.patch));
    return change.kind === 'create' ? 'created' : 'updated';
  } catch (thrown) {
    if (isOutdated(thrown, change)) return 'outdated';
    if (isRefusal(thrown) && (await isNamespaceGone(target))) return 'gone';
    throw thrown;
  }
}

function isOutdated(thrown: unknown, change: SendableChange): boolean {
  return isApiStatus(thrown, 409) || (change.kind === 'update' && isApiStatus(thrown, 404));
}

function isRefusal(thrown: unknown): boolean {
  return isApiStatus(thrown, 403) || isApiStatus(thrown, 404);
}

/** The report as it is now, or undefined when there is none. Rejects as the client does, or for an answer that is not a report. */
export async function fetchReport(target: ReportTarget): Promise<FetchedReport | undefined> {
  const report = await get(target, pathOf(target));
  if (report === undefined) return undefined;
  const stored = readStoredReport(report);
  // A patch without a version would overwrite whatever is there.
  if (stored.resourceVersion === '') throw new Error("the API server's answer is not a report");
  return { ...stored, document: report };
}

/** In a namespace that is being deleted nothing can be created (403), and soon there is no such namespace (404). */
async function isNamespaceGone(target: ReportTarget): Promise<boolean> {
  const { namespace } = target.key;
  if (namespace === undefined) return false;
  try {
    const found = await get(target, `/api/v1/namespaces/${encodeURIComponent(namespace)}`);
    return found === undefined || textProperty(property(found, 'metadata'), 'deletionTimestamp') !== '';
  } catch {
    // The refusal that led here says more than why this question has no answer.
    return false;
  }
}

async function get({ client, signal }: ReportTarget, path: string): Promise<unknown> {
  try {
    const { body } = await client.request({ method: 'GET', path, signal });
    return parseJson(body) ?? null;
  } catch (thrown) {
    if (isApiStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

async function create({ client, api, key, signal }: ReportTarget, report: object): Promise<void> {
  await client.request({
    method: 'POST',
    path: collectionPath(api, key.namespace),
    body: JSON.stringify(report),
    contentType: jsonType,
    idempotent: true,
    signal,
  });
}

async function update(target: ReportTarget, patch: object): Promise<void> {
  await target.client.request({
    method: 'PATCH',
    path: pathOf(target),
    body: JSON.stringify(patch),
    contentType: mergePatchType,
    idempotent: true,
    signal: target.signal,
  });
}

function pathOf({ api, key }: ReportTarget): string {
  return reportPath(api, key.namespace, key.name);
}
