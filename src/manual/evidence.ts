import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const refused = 'The evidence is refused: exit code 1 of `verify-evidence`.';
const askAgain =
  'Get the evidence and the result again from where they were first stored, and get the public key from somewhere else.';

/** The chapter on evidence: how it is signed, and why it may be refused. */
export const evidence = {
  [errorCodes.keyUnusable]: {
    title: 'A key, token or configuration for evidence cannot be used',
    meaning:
      'Evidence is signed with a private key in PEM (ECDSA P-256 or Ed25519) and checked with its public key, or signed with an identity token and a `signing_config.json` and checked with a `trusted_root.json`. The file is something else, has expired, or is encrypted, like the keys of `cosign generate-key-pair`.',
    detection: 'The file was read before the scan, or before anything was checked.',
    effect: 'Nothing was scanned, and nothing was checked. Exit code 2.',
    fixes: [
      {
        step: 'Create a key pair. Keep the private key where only the scan can read it, and give the public key to those who check the evidence.',
        commands: [
          'openssl genpkey -algorithm ed25519 -out audit.key',
          'openssl pkey -in audit.key -pubout -out audit.pub',
        ],
      },
      {
        step: 'If openssl encrypted the key, decrypt it.',
        commands: ['openssl pkey -in encrypted.key -out audit.key'],
      },
      {
        step: 'If the token has expired, get a new one. In a Pod the kubelet renews a projected token; in GitLab CI a token lasts as long as the job may run.',
      },
    ],
    related: [errorCodes.evidenceNotSigned],
  },
  [errorCodes.evidenceNotSigned]: {
    title: 'The evidence could not be signed without a key',
    meaning:
      'To sign without a key, the scan gets a certificate for its token from Fulcio, and has a log (Rekor) or a timestamp authority confirm the time of the signature. One of these services refused, did not answer in time, or gave an answer that would not verify later. The message names it.',
    detection:
      'Each service was asked up to three times, ten seconds each. Redirects were not followed, to keep the token from strangers. The answers were checked against the key, the signature and the certificate.',
    effect: 'The result was written, but no evidence of it. Exit code 3.',
    fixes: [
      {
        step: 'If the token was refused, read its audience and end in the message. The audience has to be the one that the authority accepts, usually `sigstore`, and the authority has to know the issuer.',
      },
      {
        step: 'If a service cannot be reached, check whether it can be reached from this machine. Set HTTPS_PROXY and NO_PROXY for a proxy, and NODE_EXTRA_CA_CERTS for a private CA.',
        commands: ['curl -sS -o /dev/null -w "%{http_code}\\n" URL'],
      },
      {
        step: 'Run the scan again. A result cannot be signed later, because it might have been changed in between.',
      },
    ],
    related: [errorCodes.keyUnusable, errorCodes.outputFailed],
  },
  [errorCodes.evidenceInvalid]: {
    title: 'The file is not evidence, or is incomplete',
    meaning:
      'Evidence is a Sigstore bundle of version 0.3 with a DSSE envelope around an in-toto statement. The file is something else, is cut off, or contains something ambiguous.',
    detection:
      'All fields have to be known, every value has one spelling, the signer is named, and nothing appears twice.',
    effect: refused,
    fixes: [
      { step: 'See whether it is the file that you mean.', commands: ['head -c 200 EVIDENCE'] },
      { step: 'Copy or download it again.' },
    ],
    related: [errorCodes.evidenceChanged],
  },
  [errorCodes.evidenceChanged]: {
    title: 'The signature of the evidence does not match',
    meaning:
      'The evidence names the key that you gave, but the signature does not match the statement. One of the two was changed after signing; which one cannot be told.',
    detection: 'The signature was checked over the payload and its type, as DSSE defines it.',
    effect: refused,
    fixes: [{ step: askAgain }],
    related: [errorCodes.evidenceSignerUnknown],
  },
  [errorCodes.evidenceSignerUnknown]: {
    title: 'The evidence was signed by somebody else',
    meaning:
      'The evidence was signed with a different key, by a different identity than you named, or with a certificate that the trust root does not cover: it comes from another authority, or had expired when the log recorded the signature.',
    detection: 'By the name of the key in the evidence, or by its certificate and log entries.',
    effect: refused,
    fixes: [
      {
        step: 'If the key was replaced, check with the one that was in use at that time.',
        commands: ['audit-scanner verify-evidence EVIDENCE RESULT --key OLD.pub'],
      },
      {
        step: 'If it was signed without a key, give the identity that signed and a trust root.',
        commands: [
          'audit-scanner verify-evidence EVIDENCE RESULT --certificate-identity NAME --certificate-oidc-issuer URL --sigstore-trust-root trusted_root.json',
        ],
      },
    ],
    related: [errorCodes.evidenceChanged],
  },
  [errorCodes.evidenceOfOther]: {
    title: 'This version cannot read what was signed',
    meaning:
      'The signature matches, but the statement comes from another tool or from a newer version of audit-scanner. Whether it matches the result is unknown.',
    detection:
      'By the predicateType of the statement, and by the JSON Schema in schemas/audit-evidence-v1.json.',
    effect: 'It is neither verified nor refused: exit code 3 of `verify-evidence`.',
    fixes: [
      {
        step: 'Check it with the version that wrote it, or a newer one.',
        commands: ['audit-scanner version'],
      },
    ],
    related: [errorCodes.evidenceInvalid],
  },
  [errorCodes.resultNotOfEvidence]: {
    title: 'The result is not the one that was signed',
    meaning:
      'The evidence is genuine, but no digest in it matches the file. The message names the difference: the run, the gate, a count, a policy or its results.',
    detection:
      'The digest of the file was compared with those in the evidence, and then the content of the file with what the evidence repeats.',
    effect: refused,
    fixes: [
      {
        step: 'Check whether it is the result of the same run: compare `run.uid` in the evidence with `metadata.runUID` in the result.',
      },
      { step: askAgain },
    ],
    related: [errorCodes.evidenceContradictory],
  },
  [errorCodes.evidenceContradictory]: {
    title: 'The evidence contradicts itself or its result',
    meaning:
      'The signature matches, but the statement cannot be true: counts do not add up, the gate passed in an incomplete run, or a result with the right digest contradicts the statement. Something other than audit-scanner signed it, or audit-scanner has a bug.',
    detection: 'Counts and verdict of the statement were compared with each other, and with the result.',
    effect: refused,
    fixes: [{ step: 'Ask the owner of the private key what else signs with it.' }],
    related: [errorCodes.resultNotOfEvidence],
  },
} satisfies ManualChapter;
