import { AuditError, errorCodes } from '../domain/index.ts';
import {
  type FailureWords,
  type TransportFailure,
  wordsBeforeSending,
  wordsOnCertificates,
} from '../net/index.ts';
import { adviseOnCertificate, adviseOnReaching } from './advice.ts';
import { fetchCertificateFacts } from './certificate-facts.ts';
import { type ClusterConnection, formatServer } from './connection.ts';

const unreachable: FailureWords = {
  ...wordsBeforeSending,
  silent: 'it does not answer',
  connectTimeout: 'it does not answer',
};

const untrusted: FailureWords = {
  ...wordsOnCertificates,
  expired: 'it has expired',
  notYetValid: 'it is not valid yet',
  unknownAuthority: 'its authority is not trusted',
};

const broken: FailureWords = {
  reset: 'the connection was reset',
  closed: 'the connection was closed',
  cut: 'the connection was closed in the middle of the answer',
  incomplete: 'the answer was cut off',
  notTls: 'that port does not speak TLS; is it a plain http:// port?',
};

type Limits = { readonly requestTimeoutMs: number; readonly maxBodyBytes: number };

/** Whether the request may be sent again: what was not sent always, anything else only if doing it twice is harmless. */
export function isRetryable({ kind }: TransportFailure, idempotent: boolean): boolean {
  if (untrusted[kind] !== undefined || kind === 'tooLarge') return false;
  return idempotent || unreachable[kind] !== undefined;
}

/** What a person reads when there is no answer. Looks at the certificate of the API server where that was refused. */
export async function toTransportError(
  connection: ClusterConnection,
  { kind, code = 'unknown', cause }: TransportFailure,
  { requestTimeoutMs, maxBodyBytes }: Limits,
): Promise<AuditError> {
  const { proxy, context, source } = connection;
  const api = `the Kubernetes API at ${formatServer(connection.server)}`;
  const facts = proxy === undefined ? [] : [`Proxy: ${formatServer(proxy)}`];
  if (untrusted[kind] !== undefined) {
    const message = `${api} presents a certificate that is not trusted: ${untrusted[kind]} (${code})`;
    return new AuditError(errorCodes.apiCertificateUntrusted, message, {
      facts: [...(await fetchCertificateFacts(connection)), ...facts],
      tries: adviseOnCertificate(connection, code),
      cause,
    });
  }
  if (unreachable[kind] !== undefined) {
    const message = `cannot reach ${api}: ${unreachable[kind]} (${code})`;
    return new AuditError(errorCodes.apiUnreachable, message, {
      facts: [...facts, `Context: ${context} (${source})`],
      tries: adviseOnReaching(connection, code),
      cause,
    });
  }
  if (kind === 'tooLarge') return tooLarge(maxBodyBytes);
  const why =
    kind === 'deadline'
      ? `no complete answer within ${requestTimeoutMs / 1000} s`
      : `${broken[kind] ?? 'the request failed'} (${code})`;
  return new AuditError(errorCodes.apiRequestFailed, `no answer from ${api}: ${why}`, { facts, cause });
}

function tooLarge(maxBytes: number): AuditError {
  return new AuditError(
    errorCodes.apiRequestFailed,
    `the Kubernetes API sent more than ${Math.round(maxBytes / 2 ** 20)} MiB in one answer`,
    { tries: ['a smaller --page-size'] },
  );
}
