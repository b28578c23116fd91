import { type ErrorCode, errorCodes, NoAnswerError } from '../../domain/index.ts';
import {
  type FailureKind,
  type FailureWords,
  type TransportFailure,
  wordsBeforeSending,
} from '../../net/index.ts';
import { TransientError } from '../index.ts';
import { fetchCaCommand, toCertificateError } from './certificate-errors.ts';
import { type PolicyServer, serviceOf } from './server.ts';

export type TransportErrorContext = {
  readonly server: PolicyServer;
  readonly deadlineMs: number;
  readonly maxAnswerBytes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/**
 * Says why there is no answer. The messages hold nothing that differs between two equal failures, because reports store them and
 * are compared.
 */
export function toTransportError(failure: TransportFailure, context: TransportErrorContext): NoAnswerError {
  const { kind, fault, connected, cause } = failure;
  const { server, now } = context;
  if (fault !== undefined) return toCertificateError({ kind, fault }, server, now());
  const subject = `policy server "${server.name}"`;
  const code = ownCodes[kind] ?? failure.code;
  const options = {
    facts: [code === undefined ? server.url.origin : `${server.url.origin} – ${code}`],
    cause,
  };
  const [lasting, what] = findLasting(kind, context) ?? [];
  if (lasting !== undefined) return new NoAnswerError(lasting, `${subject} ${what}`, options);
  // Whatever breaks a connection later comes under several codes, by chance of timing.
  const message =
    unreachable[kind] === undefined
      ? `no answer from ${subject}: the connection was closed before the answer was complete`
      : `cannot reach ${subject}: ${unreachable[kind]}`;
  const unknownName = kind === 'unknownName';
  return new TransientError(errorCodes.policyServerUnreachable, message, {
    ...options,
    tries: unknownName || kind === 'nameNotLookedUp' ? waysIntoTheCluster(server.url) : [],
    unreachable: true,
    connected,
    unknownName,
  });
}

/** What the facts call a failure that no layer below has noticed. */
const ownCodes: FailureWords = {
  deadline: 'DEADLINE_EXCEEDED',
  tooLarge: 'ANSWER_TOO_LARGE',
  notHttp: 'NOT_HTTP',
};

/** What another attempt would not change. */
function findLasting(
  kind: FailureKind,
  { deadlineMs, maxAnswerBytes }: TransportErrorContext,
): readonly [code: ErrorCode, what: string] | undefined {
  const notHttp = [errorCodes.answerMalformed, 'answered with something that is not HTTP'] as const;
  const { clientCertificateRefused, policyServerUnreachable } = errorCodes;
  const lasting: Partial<Record<FailureKind, readonly [ErrorCode, string]>> = {
    deadline: [errorCodes.evaluationTimeout, `gave no complete answer within ${deadlineMs / 1000} s`],
    tooLarge: [errorCodes.answerMalformed, `gave an answer of more than ${maxAnswerBytes} bytes`],
    notHttp,
    headersTooLarge: notHttp,
    clientCertificateMissing: [clientCertificateRefused, 'requires a client certificate'],
    clientCertificateRefused: [clientCertificateRefused, 'refused our client certificate'],
    notTls: [policyServerUnreachable, 'does not speak TLS on that port; is its URL http://?'],
    tls: [policyServerUnreachable, 'failed the TLS handshake'],
  };
  return lasting[kind];
}

const unreachable: FailureWords = {
  ...wordsBeforeSending,
  silent: 'it does not accept the connection',
  connectTimeout: 'it does not accept the connection',
  // Each evaluation needs one.
  noLocalPort: 'this machine has no local port left for the connection',
};

/** Names of Services only resolve inside the cluster; the first way needs no policy server. */
function waysIntoTheCluster(url: URL): string[] {
  const inside = serviceOf(url);
  if (inside === undefined) return [];
  return [
    'audit-scanner scan --engine embedded',
    `kubectl -n ${inside.namespace} port-forward svc/${inside.service} 3000:${url.port || '443'} & ${fetchCaCommand(inside.namespace)}`,
    'audit-scanner scan --policy-server-url https://localhost:3000 --extra-ca ca.crt',
  ];
}
