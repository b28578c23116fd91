import {
  AuditError,
  type ErrorCode,
  errorCodes,
  formatGroupResource,
  type GroupVersionResource,
  toAuditError,
} from '../../domain/index.ts';
import { grantCommand, isApiStatus, type KubernetesClient, userOf } from '../../kubernetes/index.ts';

/** What could not be listed; `namespace` is undefined for the whole cluster. */
export type ListedType = Pick<GroupVersionResource, 'group' | 'resource'> & {
  readonly namespace: string | undefined;
};

const connectionCodes: ReadonlySet<ErrorCode> = new Set([
  errorCodes.apiUnreachable,
  errorCodes.apiCertificateUntrusted,
  errorCodes.unauthorized,
  errorCodes.noCredentials,
  errorCodes.credentialPluginFailed,
  errorCodes.kubeconfigInvalid,
]);

/** Whether nothing at all can be asked of the API server, so that the list at hand has nothing to do with it. */
export function isConnectionError(thrown: unknown): boolean {
  return thrown instanceof AuditError && connectionCodes.has(thrown.code);
}

/** The error of a LIST: `listForbidden` for 403, `listFailed` for all else but an interruption and a bug, which stay what they are. */
export function toListError(thrown: unknown, type: ListedType, client: KubernetesClient): AuditError {
  if (!(thrown instanceof AuditError) || thrown.code === errorCodes.interrupted) return toAuditError(thrown);
  const what = formatGroupResource(type);
  const where = type.namespace === undefined ? '' : ` in namespace "${type.namespace}"`;
  if (isApiStatus(thrown, 403)) {
    const user = userOf(thrown, client);
    return new AuditError(errorCodes.listForbidden, `"${user}" is not allowed to list ${what}${where}`, {
      facts: [`The API server says: ${thrown.explanation}`],
      tries: [grantCommand(user)],
      cause: thrown,
    });
  }
  const { message, facts, tries } = thrown;
  return new AuditError(errorCodes.listFailed, `cannot list ${what}${where}: ${message}`, {
    facts,
    tries,
    cause: thrown,
  });
}
