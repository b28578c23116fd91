import { type ErrorCode, errorCodes, NoAnswerError } from '../../domain/index.ts';
import { NotConnectedError } from '../../net/index.ts';
import { TransientError } from '../index.ts';
import { fetchCaCommand, findRefusal, toCertificateError } from './certificate-errors.ts';
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
export function toTransportError(thrown: unknown, context: TransportErrorContext): NoAnswerError {
  const { server, now } = context;
  const subject = `policy server "${server.name}"`;
  const codes = collectCodes(thrown);
  const facts = [[server.url.origin, ...codes.slice(0, 1)].join(' – ')];
  const options = { facts, cause: thrown };
  const refusal = findRefusal(thrown);
  if (refusal !== undefined) return toCertificateError(refusal, server, now());
  const failure = lastingFailures.find(({ pattern }) => codes.some((code) => pattern.test(code)));
  if (failure !== undefined)
    return new NoAnswerError(failure.code, `${subject} ${failure.what(context)}`, options);
  const unreachable = codes.map((code) => unreachableReasons.get(code)).find((why) => why !== undefined);
  const message =
    unreachable === undefined
      ? `no answer from ${subject}: the connection was closed before the answer was complete`
      : `cannot reach ${subject}: ${unreachable}`;
  const unknownName = codes.includes('ENOTFOUND');
  const tries = unknownName || codes.includes('EAI_AGAIN') ? waysIntoTheCluster(server.url) : [];
  return new TransientError(errorCodes.policyServerUnreachable, message, {
    ...options,
    tries,
    unreachable: true,
    connected: !(thrown instanceof NotConnectedError),
    unknownName,
  });
}

/** What another attempt would not change. */
const lastingFailures: readonly {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: (context: TransportErrorContext) => string;
}[] = [
  {
    pattern: /^DEADLINE_EXCEEDED$/,
    code: errorCodes.evaluationTimeout,
    what: ({ deadlineMs }) => `gave no complete answer within ${deadlineMs / 1000} s`,
  },
  {
    pattern: /^ANSWER_TOO_LARGE$/,
    code: errorCodes.answerMalformed,
    what: ({ maxAnswerBytes }) => `gave an answer of more than ${maxAnswerBytes} bytes`,
  },
  {
    pattern: /^(NOT_HTTP|UND_ERR_HEADERS_OVERFLOW)$/,
    code: errorCodes.answerMalformed,
    what: () => 'answered with something that is not HTTP',
  },
  {
    pattern: /_ALERT_CERTIFICATE_REQUIRED$/,
    code: errorCodes.clientCertificateRefused,
    what: () => 'requires a client certificate',
  },
  {
    pattern: /_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)$/,
    code: errorCodes.clientCertificateRefused,
    what: () => 'refused our client certificate',
  },
  {
    pattern: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    code: errorCodes.policyServerUnreachable,
    what: () => 'does not speak TLS on that port; is its URL http://?',
  },
  {
    pattern: /^ERR_SSL_/,
    code: errorCodes.policyServerUnreachable,
    what: () => 'and we could not agree on a TLS connection',
  },
];

/** Failures before the request was sent. Whatever else breaks a connection comes under several codes, by chance of timing. */
const unreachableReasons: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'its name does not resolve'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['ETIMEDOUT', 'it does not accept the connection'],
  ['UND_ERR_CONNECT_TIMEOUT', 'it does not accept the connection'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it'],
  ['EADDRNOTAVAIL', 'this machine has no local port left for the connection'],
  ['EMFILE', 'this process may not open more files'],
  ['ENFILE', 'this machine may not open more files'],
  ['UND_ERR_ABORTED', 'the proxy refused to connect'],
  ['UND_ERR_PRX_CONN', 'the proxy closed the connection'],
]);

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

/** The codes along the chain of causes, outermost first. */
function collectCodes(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const own = 'code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : [];
  const joined = thrown instanceof AggregateError ? thrown.errors.flatMap(collectCodes) : [];
  return [...own, ...joined, ...collectCodes(thrown.cause)];
}
