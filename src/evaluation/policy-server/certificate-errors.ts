import { errorCodes, NoAnswerError } from '../../domain/index.ts';
import {
  type CertificateFault,
  certificateFacts,
  type FailureWords,
  type TransportFailure,
  wordsOnCertificates,
} from '../../net/index.ts';
import { toOneLine } from '../../text/index.ts';
import { type PolicyServer, serviceOf } from './server.ts';

/** The chain is judged as a whole: the certificate that is too old or too young may also be that of its authority. */
const reasons: FailureWords = {
  ...wordsOnCertificates,
  expired: 'its authority has expired',
  notYetValid: 'its authority is not valid yet',
  unknownAuthority: 'its authority is not known',
  wrongAuthority: 'its authority may not issue certificates',
  wrongPurpose: 'it is not meant for servers',
};

/** What the server's certificate was refused for. */
type Refusal = Pick<TransportFailure, 'kind'> & { readonly fault: CertificateFault };

/** `now` is in milliseconds since 1970. */
export function toCertificateError(refusal: Refusal, server: PolicyServer, now: number): NoAnswerError {
  const { fault, kind } = refusal;
  const why = explain(refusal, server.url.hostname, now);
  const message = `the certificate of policy server "${server.name}" is not accepted: ${why}`;
  const issuer =
    fault.certificate === undefined ? [] : [`issued by ${certificateFacts(fault.certificate).issuer}`];
  return new NoAnswerError(errorCodes.policyServerCertificateUntrusted, message, {
    facts: [`${server.url.origin} – ${fault.code}`, ...issuer],
    tries: kind === 'unknownAuthority' ? waysToTrust(server.url) : [],
    cause: fault,
  });
}

function explain({ kind, fault: { certificate } }: Refusal, host: string, now: number): string {
  const known = reasons[kind] ?? 'it failed the check';
  if (certificate === undefined) return known;
  const { validFromDate: from, validToDate: to, subjectAltName } = certificate;
  if (kind === 'expired' && to.getTime() < now) return `it expired on ${dayOf(to)}`;
  if (kind === 'notYetValid' && now < from.getTime()) return `it is not valid before ${dayOf(from)}`;
  if (kind !== 'wrongName') return known;
  return `it is not for ${host} but for ${toOneLine(subjectAltName ?? 'no name at all', 300)}`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function waysToTrust(url: URL): string[] {
  const service = serviceOf(url);
  const at = service === undefined ? ` --policy-server-url ${url.origin}` : '';
  return [fetchCaCommand(service?.namespace ?? 'kubewarden'), `audit-scanner scan${at} --extra-ca ca.crt`];
}

/** Saves the authority that Kubewarden makes for its policy servers. */
export function fetchCaCommand(namespace: string): string {
  return `kubectl -n ${namespace} get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt`;
}
