import { X509Certificate } from 'node:crypto';
import { RFC3161Timestamp } from '@sigstore/core';
import { RekorWitness, TSAWitness, type VerificationMaterial, type Witness } from '@sigstore/sign';
import { describeExchangeFailure, toFailure } from '../../net/index.ts';
import { toOneLine } from '../../text/index.ts';
import { notSigned, type Patience, type Service } from './service.ts';
import type { SigningServices } from './signing-config.ts';

/**
 * Whoever says when something was signed: the clients of the library, each held to its answer. They reject with `evidenceNotSigned`.
 */
export function createWitnesses(
  { logs, timestampAuthorities }: SigningServices,
  patience: Patience,
): readonly Witness[] {
  const { deadlineMs: timeout, attempts, pauseMs: minTimeout } = patience;
  const retrying = { timeout, retry: { retries: attempts - 1, minTimeout } };
  return [
    ...logs.map((rekorBaseURL) => {
      // An entry that is there already is the one of an attempt whose answer was lost.
      const log = new RekorWitness({ ...retrying, rekorBaseURL, majorApiVersion: 1, fetchOnConflict: true });
      return held(log, { what: 'the transparency log', url: rekorBaseURL }, timeout);
    }),
    ...timestampAuthorities.map((tsaBaseURL) => {
      const authority = new TSAWitness({ ...retrying, tsaBaseURL });
      return held(authority, { what: 'the timestamp authority', url: tsaBaseURL }, timeout);
    }),
  ];
}

function held(witness: Witness, service: Service, deadlineMs: number): Witness {
  return {
    testify: async (content, certificate) => {
      if (content.$case !== 'dsseEnvelope') throw new TypeError('only envelopes are signed');
      const signature = content.dsseEnvelope.signatures[0]?.sig ?? Buffer.alloc(0);
      let testimony: VerificationMaterial;
      try {
        testimony = await witness.testify(content, certificate);
      } catch (cause) {
        throw notSigned(service, describe(cause, deadlineMs), { cause });
      }
      const why = findFault(testimony, signature, new X509Certificate(certificate));
      if (why !== undefined) throw notSigned(service, why);
      return testimony;
    },
  };
}

/** The library takes whatever it is answered, and who verifies would find out after the certificate has ended. */
function findFault(
  { tlogEntries = [], rfc3161Timestamps = [] }: VerificationMaterial,
  signature: Buffer,
  certificate: X509Certificate,
): string | undefined {
  for (const { canonicalizedBody, integratedTime } of tlogEntries) {
    if (!canonicalizedBody.includes(signature.toString('base64'))) return 'its entry is of another signature';
    const at = Number(integratedTime);
    if (at !== 0 && !isWithin(new Date(at * 1000), certificate)) return otherTime(new Date(at * 1000));
  }
  for (const { signedTimestamp } of rfc3161Timestamps) {
    const at = readTime(signedTimestamp, signature);
    if (at === undefined) return 'its answer is no timestamp of what was signed';
    if (!isWithin(at, certificate)) return otherTime(at);
  }
  return undefined;
}

function readTime(timestamp: Buffer, signature: Buffer): Date | undefined {
  try {
    const { tstInfo, signingTime } = RFC3161Timestamp.parse(Buffer.copyBytesFrom(timestamp));
    tstInfo.verify(signature);
    return signingTime;
  } catch {
    return undefined;
  }
}

function isWithin(at: Date, { validFromDate, validToDate }: X509Certificate): boolean {
  // A log says the second only.
  return at.getTime() + 1000 > validFromDate.getTime() && at <= validToDate;
}

function otherTime(at: Date): string {
  return `by its clock it is ${at.toISOString()}, when the certificate is not valid`;
}

/** What the library's client failed with; it has the reason somewhere below. */
function describe(thrown: unknown, deadlineMs: number): string {
  const causes = causesOf(thrown);
  const answered = causes.find((cause) => 'statusCode' in cause);
  if (answered !== undefined) return `it answers HTTP ${toOneLine(answered.message).slice(0, 200)}`;
  const isTimeout = causes.some(
    (cause) =>
      ('type' in cause && /timeout$/.test(String(cause.type))) ||
      ('code' in cause && /TIMEOUT$/.test(String(cause.code))),
  );
  if (isTimeout) return `no answer within ${deadlineMs / 1000} s`;
  const failure = toFailure(thrown);
  return failure.kind === 'unknown'
    ? 'its answer is not one that it may give'
    : describeExchangeFailure(failure, deadlineMs);
}

function causesOf(thrown: unknown): readonly Error[] {
  return thrown instanceof Error ? [thrown, ...causesOf(thrown.cause)] : [];
}
