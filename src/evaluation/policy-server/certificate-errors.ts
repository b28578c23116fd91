import { errorCodes, NoAnswerError } from '../../domain/index.ts';
import { CertificateFault, wrongNameCode } from '../../net/index.ts';
import { toOneLine } from '../../text/index.ts';
import { type PolicyServer, serviceOf } from './server.ts';

const expiredCode = 'CERT_HAS_EXPIRED';
const notYetValidCode = 'CERT_NOT_YET_VALID';
const unknownAuthority = 'its authority is not known';

const reasons: ReadonlyMap<string, string> = new Map([
  [wrongNameCode, 'it was issued for another name'],
  [expiredCode, 'its authority has expired'],
  [notYetValidCode, 'its authority is not valid yet'],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed'],
  ['CERT_SIGNATURE_FAILURE', 'its signature is wrong'],
  ['CERT_REVOKED', 'it has been revoked'],
  ['INVALID_CA', 'its authority may not issue certificates'],
  ['INVALID_PURPOSE', 'it is not meant for servers'],
]);

/** The refusal of a certificate among the causes of a failure, whoever refused it. */
export function findRefusal(thrown: unknown): CertificateFault | undefined {
  if (thrown instanceof CertificateFault) return thrown;
  if (!(thrown instanceof Error)) return undefined;
  const code = 'code' in thrown ? String(thrown.code) : '';
  return reasons.has(code) ? new CertificateFault(code, undefined) : findRefusal(thrown.cause);
}

/** `now` is in milliseconds since 1970. */
export function toCertificateError(
  fault: CertificateFault,
  server: PolicyServer,
  now: number,
): NoAnswerError {
  const { certificate, code } = fault;
  const why = explain(fault, server.url.hostname, now);
  const message = `the certificate of policy server "${server.name}" is not accepted: ${why}`;
  const issuer = certificate === undefined ? [] : [`issued by ${toOneLine(certificate.issuer, 300)}`];
  return new NoAnswerError(errorCodes.policyServerCertificateUntrusted, message, {
    facts: [`${server.url.origin} – ${code}`, ...issuer],
    tries: suggest(code, server.url),
    cause: fault,
  });
}

function explain({ code, certificate }: CertificateFault, host: string, now: number): string {
  const known = reasons.get(code) ?? 'it failed the check';
  if (certificate === undefined) return known;
  const { validFromDate: from, validToDate: to, subjectAltName } = certificate;
  // The chain is judged as a whole: the certificate that is too old or too young may also be that of its authority.
  if (code === expiredCode && to.getTime() < now) return `it expired on ${dayOf(to)}`;
  if (code === notYetValidCode && now < from.getTime()) return `it is not valid before ${dayOf(from)}`;
  if (code !== wrongNameCode) return known;
  return `it is not for ${host} but for ${toOneLine(subjectAltName ?? 'no name at all', 300)}`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function suggest(code: string, url: URL): string[] {
  if (reasons.get(code) !== unknownAuthority) return [];
  const service = serviceOf(url);
  const at = service === undefined ? ` --policy-server-url ${url.origin}` : '';
  return [fetchCaCommand(service?.namespace ?? 'kubewarden'), `audit-scanner scan${at} --extra-ca ca.crt`];
}

/** Saves the authority that Kubewarden makes for its policy servers. */
export function fetchCaCommand(namespace: string): string {
  return `kubectl -n ${namespace} get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt`;
}
