import { AuditError, errorCodes, formatApiVersion } from '../../domain/index.ts';
import { ApiStatusError, isApiStatus } from '../../kubernetes/index.ts';
import type { ReportMapper } from '../../reports/index.ts';
import { type KubernetesApi, reasonOf, resourceNameOf } from './api.ts';
import type { ReportCollection } from './list.ts';

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
  return new AuditError(errorCodes.reportListFailed, message, { cause: thrown });
}

async function explainMissingKind(thrown: ApiStatusError, question: Question): Promise<AuditError> {
  const { api, alternative } = question;
  const message = `the cluster does not serve ${resourceNameOf(api)} in version ${api.version}, so there is no place for reports`;
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
