import { systemErrorCode } from '../system/index.ts';
import { CertificateFault } from './certificate.ts';

/** The codes of the operating system, Node and undici. */
const kindOfCode = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownName',
  EAI_AGAIN: 'nameNotLookedUp',
  ETIMEDOUT: 'silent',
  UND_ERR_CONNECT_TIMEOUT: 'connectTimeout',
  EHOSTUNREACH: 'noRoute',
  ENETUNREACH: 'noRoute',
  EADDRNOTAVAIL: 'noLocalPort',
  EMFILE: 'filesOfProcess',
  ENFILE: 'filesOfMachine',
  UND_ERR_ABORTED: 'proxyRefused',
  UND_ERR_PRX_CONN: 'proxyClosed',
  ECONNRESET: 'reset',
  UND_ERR_SOCKET: 'cut',
  EPIPE: 'closed',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'incomplete',
  UND_ERR_HEADERS_OVERFLOW: 'headersTooLarge',
  ERR_SSL_WRONG_VERSION_NUMBER: 'notTls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'notTls',
  EPROTO: 'tlsUnclear',
} as const;

/** OpenSSL makes the code of an alert of the TLS version and the alert's name; the first pattern that fits counts. */
const kindOfTlsCode = [
  [/_ALERT_CERTIFICATE_REQUIRED$/, 'clientCertificateMissing'],
  [
    /_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)$/,
    'clientCertificateRefused',
  ],
  [/^ERR_SSL_/, 'tls'],
] as const;

/** The codes of OpenSSL, and one of Node, for faults of the server's certificate. */
const kindOfFault = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  CERT_REVOKED: 'revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrongName',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknownAuthority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknownAuthority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownAuthority',
  CERT_SIGNATURE_FAILURE: 'wrongSignature',
  INVALID_CA: 'wrongAuthority',
  INVALID_PURPOSE: 'wrongPurpose',
} as const;

type ValueOf<T> = T[keyof T];

export type FailureKind =
  | ValueOf<typeof kindOfCode>
  | (typeof kindOfTlsCode)[number][1]
  | ValueOf<typeof kindOfFault>
  | 'otherFault'
  /** No code says any more. */
  | 'unknown'
  /** These are found here and not below. */
  | 'deadline'
  | 'tooLarge'
  | 'notHttp'
  | 'badRedirect';

/** What to say of each kind of failure, as far as there is something to say. */
export type FailureWords = Readonly<Partial<Record<FailureKind, string>>>;

/** Of failures before anything of the request was sent, whatever kind of server it was for: repeating it does nothing twice. */
export const wordsBeforeSending = {
  refused: 'the connection was refused',
  unknownName: 'its name does not resolve',
  nameNotLookedUp: 'its name could not be looked up',
  noRoute: 'there is no route to it',
  filesOfProcess: 'this process has reached its limit of open files',
  filesOfMachine: 'this machine has reached its limit of open files',
  proxyRefused: 'the proxy refused to connect',
  proxyClosed: 'the proxy closed the connection',
} satisfies FailureWords;

/** Of a server's certificate. */
export const wordsOnCertificates = {
  wrongName: 'it was issued for another name',
  revoked: 'it has been revoked',
  selfSigned: 'it is self-signed',
  wrongSignature: 'its signature is wrong',
} satisfies FailureWords;

/** Why a request that has a deadline has no answer, in words that go after `it could not be done:`. */
export function describeExchangeFailure({ kind, code }: TransportFailure, deadlineMs: number): string {
  const words: FailureWords = {
    ...wordsBeforeSending,
    ...wordsOnCertificates,
    deadline: `no answer within ${deadlineMs / 1000} s`,
    notHttp: 'the server there does not speak HTTP',
    tooLarge: 'its answer is too long',
  };
  return words[kind] ?? `the connection failed${code === undefined ? '' : ` (${code})`}`;
}

export type FailureDetails = {
  readonly code?: string | undefined;
  readonly fault?: CertificateFault | undefined;
  readonly connected?: boolean;
  readonly cause?: unknown;
};

/** Why a request has no answer. */
export class TransportFailure extends Error {
  readonly kind: FailureKind;
  /** The code of the layer below that says so, if it is one with codes. */
  readonly code: string | undefined;
  /** The code for any fault of the server's certificate, whether OpenSSL or Node found it. */
  readonly fault: CertificateFault | undefined;
  /** False when there was not even a connection: nothing of the request was sent. True where that is not known. */
  readonly connected: boolean;

  constructor(kind: FailureKind, { code, fault, connected = true, cause }: FailureDetails = {}) {
    super(kind, { cause });
    this.name = 'TransportFailure';
    this.kind = kind;
    this.code = code;
    this.fault = fault;
    this.connected = connected;
  }
}

/** Classifies what a connection failed with, by the first of its causes that says something. */
export function toFailure(thrown: unknown, connected = true): TransportFailure {
  if (thrown instanceof TransportFailure) return thrown;
  const causes = collectCauses(thrown);
  const known = causes.map(classify).find((found) => found !== undefined);
  const { kind = 'unknown', code, fault } = known ?? { code: causes.map(systemErrorCode).find(Boolean) };
  return new TransportFailure(kind, { code, fault, connected, cause: thrown });
}

type Classified = FailureDetails & { readonly kind?: FailureKind };

function classify(error: Error): Classified | undefined {
  const code = systemErrorCode(error);
  if (code === undefined) return undefined;
  const faults: Readonly<Record<string, FailureKind>> = kindOfFault;
  if (error instanceof CertificateFault) return { kind: faults[code] ?? 'otherFault', code, fault: error };
  if (faults[code] !== undefined)
    return { kind: faults[code], code, fault: new CertificateFault(code, undefined) };
  const codes: Readonly<Record<string, FailureKind>> = kindOfCode;
  const kind = codes[code] ?? kindOfTlsCode.find(([pattern]) => pattern.test(code))?.[1];
  return kind && { kind, code };
}

/** The error and what caused it, outermost first; of several addresses that were tried, each. */
function collectCauses(thrown: unknown): readonly Error[] {
  if (!(thrown instanceof Error)) return [];
  const joined = thrown instanceof AggregateError ? thrown.errors.flatMap(collectCauses) : [];
  return [thrown, ...joined, ...collectCauses(thrown.cause)];
}
