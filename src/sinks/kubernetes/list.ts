import { AuditError, type AuditScope, errorCodes, formatApiVersion } from '../../domain/index.ts';
import { ApiStatusError, grantCommand, isApiStatus, refusedUserOf } from '../../kubernetes/index.ts';
import {
  managedByLabel,
  managedByValue,
  otherReportKind,
  type ReportApi,
  type ReportMapper,
  runRecordName,
} from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import { collectionPath, type KubernetesApi, reasonOf, resourceNameOf } from './api.ts';
import { property, textProperty } from './properties.ts';
import { readIdentity } from './stored-report.ts';

/** Reports of one type, in one namespace if given. */
export type ReportCollection = { readonly api: ReportApi; readonly namespace: string | undefined };

/** Those of which not all are ours: `owns` says of a name whether it is; without it all are. */
type OwnReports = ReportCollection & { readonly owns?: ((name: string) => boolean) | undefined };

const pageSize = 500;
const maxExpirations = 5;
const managedSelector = `${managedByLabel}=${managedByValue}`;

/** The collections in which a run with this scope may find and store reports. */
export function collectionsOf(
  { cluster, namespaced }: ReportMapper,
  scope: AuditScope,
): readonly ReportCollection[] {
  const places =
    scope.namespaces === 'all' ? [undefined] : scope.namespaces === 'none' ? [] : scope.namespaces;
  return [
    ...(scope.cluster ? [{ api: cluster, namespace: undefined }] : []),
    ...places.map((namespace) => ({ api: namespaced, namespace })),
  ];
}

/**
 * Yields the reports of a collection that carry the scanner's label, page by page. What is created, changed or deleted
 * meanwhile may or may not show. Rejects as the client does, or with `reportListFailed` for an answer that is not a list.
 */
export async function* listManagedReports(
  client: KubernetesApi,
  { owns = () => true, ...collection }: OwnReports,
  signal: AbortSignal,
): AsyncGenerator {
  let position: string | undefined = '';
  let expirations = 0;
  while (position !== undefined) {
    try {
      const page: ReportPage = await readPage(client, collection, { position, signal });
      yield* page.items.filter((item) => !isRunRecord(item) && owns(readIdentity(item).name));
      position = page.next;
    } catch (thrown) {
      expirations += 1;
      if (!isApiStatus(thrown, 410) || expirations > maxExpirations) throw thrown;
      // Without a token to resume with, the list starts again: to see a report twice does no harm.
      position = thrown.continueToken ?? '';
    }
  }
}

type ReportPage = { readonly items: readonly unknown[]; readonly next: string | undefined };

/** `position` is a continue token, or empty for the first page. */
async function readPage(
  client: KubernetesApi,
  { api, namespace }: ReportCollection,
  { position, signal }: { readonly position: string; readonly signal: AbortSignal },
): Promise<ReportPage> {
  const { body } = await client.request({
    method: 'GET',
    path: collectionPath(api, namespace),
    query: {
      labelSelector: managedSelector,
      limit: String(pageSize),
      ...(position !== '' && { continue: position }),
    },
    signal,
  });
  const list = parseJson(body);
  const items = property(list, 'items');
  if (!Array.isArray(items) || !items.every(isIdentified)) {
    throw new AuditError(
      errorCodes.reportListFailed,
      `the API server's answer is not a list of ${resourceNameOf(api)}`,
    );
  }
  return { items, next: textProperty(property(list, 'metadata'), 'continue') || undefined };
}

/** It is about no object, and stays out of all this also if somebody gives it the label. */
function isRunRecord(item: unknown): boolean {
  const { name, namespace } = readIdentity(item);
  return name === runRecordName && namespace === undefined;
}

/** A report without a name must not get into a request's path: what is left of the path names all of them. */
function isIdentified(item: unknown): boolean {
  const { name, uid, resourceVersion } = readIdentity(item);
  return name !== '' && uid !== '' && resourceVersion !== '';
}

type Question = ReportCollection & {
  readonly client: KubernetesApi;
  readonly alternative: ReportMapper;
  readonly signal: AbortSignal;
};

/** Explains why the stored reports could not be listed. What the client says of the network or of credentials stands. */
export async function explainListFailure(thrown: unknown, question: Question): Promise<unknown> {
  if (!(thrown instanceof ApiStatusError) || thrown.status === 401) return thrown;
  if (thrown.status === 404) return explainMissingKind(thrown, question);
  const message = `the stored ${resourceNameOf(question.api)} could not be listed: ${reasonOf(thrown)}`;
  const flags = ['--store', `--report-kind ${otherReportKind(question.alternative.kind)}`];
  return new AuditError(errorCodes.reportListFailed, message, {
    tries: thrown.status === 403 ? [grantCommand(refusedUserOf(thrown), flags)] : [],
    cause: thrown,
  });
}

async function explainMissingKind(thrown: ApiStatusError, question: Question): Promise<AuditError> {
  const { api, alternative } = question;
  const message = `the cluster does not serve ${resourceNameOf(api)} in version ${api.version}, so reports cannot be stored`;
  const other = resourceNameOf(alternative.namespaced);
  const installing = `install the CustomResourceDefinitions of ${api.group}`;
  return (await isServed(question))
    ? new AuditError(errorCodes.reportKindMissing, message, {
        cause: thrown,
        facts: [`It does serve ${other}.`],
        tries: [`--report-kind ${alternative.kind}`, installing],
      })
    : new AuditError(errorCodes.reportKindMissing, message, {
        cause: thrown,
        facts: [`It does not serve ${other} either.`],
        tries: [installing],
      });
}

async function isServed({ client, alternative, signal }: Question): Promise<boolean> {
  try {
    await client.request({
      method: 'GET',
      path: `/apis/${formatApiVersion(alternative.namespaced)}`,
      signal,
    });
    return true;
  } catch (thrown) {
    if (isApiStatus(thrown, 404)) return false;
    throw thrown;
  }
}
