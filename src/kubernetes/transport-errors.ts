import { AuditError, errorCodes } from '../domain/index.ts';
import { adviseOnCertificate, adviseOnReaching } from './advice.ts';
import { type ClusterConnection, formatServer } from './connection.ts';
import { DeadlineError } from './transport.ts';

/** Failures before anything of the request was sent: repeating it cannot do anything twice. */
const beforeSending: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'its name does not resolve'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['ETIMEDOUT', 'it does not answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it does not answer'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['EMFILE', 'this process may not open more files'],
  ['ENFILE', 'this machine may not open more files'],
  ['UND_ERR_ABORTED', 'the proxy refused to connect'],
  ['UND_ERR_PRX_CONN', 'the proxy closed the connection'],
]);

const duringExchange: ReadonlyMap<string, string> = new Map([
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed in the middle of the answer'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the answer was cut off'],
  ['UND_ERR_CLOSED', 'the connection was closed'],
  ['UND_ERR_DESTROYED', 'the connection was closed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'that port does not speak TLS; is it a plain http:// port?'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'that port does not speak TLS; is it a plain http:// port?'],
]);

const certificateCodes: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet'],
  ['CERT_REVOKED', 'it has been revoked'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it was issued for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its authority is not one that we trust'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its authority is not one that we trust'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its authority is not one that we trust'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its authority is not one that we trust'],
  ['CERT_SIGNATURE_FAILURE', 'its signature is wrong'],
]);

/** Which kind of failure an exchange ended with, and the code of the layer below that says so. */
export type TransportFailure = {
  readonly kind: 'unreachable' | 'certificate' | 'broken';
  readonly code: string;
};

/** Finds the code that counts in the chain of causes. */
export function classifyFailure(thrown: unknown): TransportFailure {
  const codes = collectCodes(thrown);
  const certificate = codes.find((code) => certificateCodes.has(code));
  if (certificate !== undefined) return { kind: 'certificate', code: certificate };
  const unreachable = codes.find((code) => beforeSending.has(code));
  if (unreachable !== undefined) return { kind: 'unreachable', code: unreachable };
  return { kind: 'broken', code: codes.find((code) => duringExchange.has(code)) ?? codes[0] ?? 'unknown' };
}

/** The message for a person. `certificateFacts` is what is known of the certificate that was refused. */
export function toTransportError(
  connection: ClusterConnection,
  thrown: unknown,
  options: { readonly timeoutMs: number; readonly certificateFacts: readonly string[] },
): AuditError {
  const { proxy } = connection;
  const { kind, code } = classifyFailure(thrown);
  const api = `the Kubernetes API at ${formatServer(connection.server)}`;
  const facts = proxy === undefined ? [] : [`Proxy: ${formatServer(proxy)}`];
  if (kind === 'certificate') {
    const message = `${api} has a certificate that we do not trust: ${certificateCodes.get(code) ?? ''} (${code})`;
    const allFacts = [...options.certificateFacts, ...facts];
    const tries = adviseOnCertificate(connection, code);
    return new AuditError(errorCodes.apiCertificateUntrusted, message, {
      facts: allFacts,
      tries,
      cause: thrown,
    });
  }
  if (kind === 'unreachable') {
    const message = `cannot reach ${api}: ${beforeSending.get(code) ?? ''} (${code})`;
    const tries = adviseOnReaching(connection, code);
    return new AuditError(errorCodes.apiUnreachable, message, {
      facts: [...facts, `Context: ${connection.context} (${connection.source})`],
      tries,
      cause: thrown,
    });
  }
  const why =
    thrown instanceof DeadlineError
      ? `no complete answer within ${options.timeoutMs / 1000} s`
      : `${duringExchange.get(code) ?? 'the request failed'} (${code})`;
  return new AuditError(errorCodes.apiRequestFailed, `no answer from ${api}: ${why}`, {
    facts,
    cause: thrown,
  });
}

function collectCodes(thrown: unknown): string[] {
  const codes: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') codes.push(error.code);
  }
  return codes;
}
