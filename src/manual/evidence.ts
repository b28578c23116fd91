import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const refused = 'The evidence is refused: exit code 1 of `verify-evidence`.';
const askAgain =
  'Ask for the evidence and the result again, from where they were first kept, and take the public key from another place than them.';

/** The chapter on evidence: how it is signed, and why it may be refused. */
export const evidence = {
  [errorCodes.keyUnusable]: {
    title: 'A key, token or configuration for evidence cannot be used',
    meaning:
      'Evidence is signed with a private key in PEM, of the kind ECDSA P-256 or Ed25519, and checked with its public key; or by an identity, with its token and a `signing_config.json`, and checked with a `trusted_root.json`. What was given is something else, has ended, or is encrypted; keys of `cosign generate-key-pair` are.',
    detection: 'The file was read before the scan, or before anything was checked.',
    effect: 'Nothing was scanned, and nothing was checked. Exit code 2.',
    fixes: [
      {
        step: 'Make a pair of keys, keep the private one where only the scan can read it, and give the public one to whoever checks.',
        commands: [
          'openssl genpkey -algorithm ed25519 -out audit.key',
          'openssl pkey -in audit.key -pubout -out audit.pub',
        ],
      },
      {
        step: 'A key that openssl has encrypted is decrypted by it, too.',
        commands: ['openssl pkey -in encrypted.key -out audit.key'],
      },
      {
        step: 'Ask for a new token if it has ended. In a Pod a projected token is renewed by the kubelet; in GitLab CI one lasts as long as the job may.',
      },
    ],
    related: [errorCodes.evidenceNotSigned],
  },
  [errorCodes.evidenceNotSigned]: {
    title: 'An identity could not sign the evidence',
    meaning:
      'Who signs without a key has a token, gets a certificate for it from Fulcio, and has a log (Rekor) or a timestamp authority say when the signature was made. One of these refused, did not answer in time, or answered something that would not hold when the evidence is checked. The message names it.',
    detection:
      'Each was asked three times at most, for ten seconds each, and no redirect was followed to where the token should not go. Their answers were held against the key, the signature and the certificate.',
    effect: 'The result was written, and no evidence of it: exit code 3.',
    fixes: [
      {
        step: 'Where the token was refused: the message says for whom it is and until when. Its audience has to be the one that the authority takes, usually `sigstore`, and its issuer one that it knows.',
      },
      {
        step: 'Where a service cannot be reached: see whether it can from here. Proxies are taken from HTTPS_PROXY and NO_PROXY, and authorities besides those of the system from NODE_EXTRA_CA_CERTS.',
        commands: ['curl -sS -o /dev/null -w "%{http_code}\\n" URL'],
      },
      {
        step: 'Run the scan again. A result cannot be signed afterwards, because nobody would know that it was not changed before.',
      },
    ],
    related: [errorCodes.keyUnusable, errorCodes.outputFailed],
  },
  [errorCodes.evidenceInvalid]: {
    title: 'A file is no evidence, or no whole one',
    meaning:
      'Evidence is a Sigstore bundle of version 0.3 with a DSSE envelope around an in-toto statement. The file is something else, lacks its end, or has something in it that two readers would read in two ways.',
    detection:
      'Every field is known, and every value has one spelling. What says who signed is there, and nothing is there twice.',
    effect: refused,
    fixes: [
      { step: 'See whether it is the file that you mean.', commands: ['head -c 200 EVIDENCE'] },
      { step: 'Copy or download it again.' },
    ],
    related: [errorCodes.evidenceChanged],
  },
  [errorCodes.evidenceChanged]: {
    title: 'The signature of evidence does not hold',
    meaning:
      'The evidence names the key that you gave, and its signature is not one of that key over what it says: the statement or the signature has been changed since. Which of the two it was, nobody can tell.',
    detection: 'The signature was checked over the payload and its type, as DSSE has it.',
    effect: refused,
    fixes: [{ step: askAgain }],
    related: [errorCodes.evidenceSignerUnknown],
  },
  [errorCodes.evidenceSignerUnknown]: {
    title: 'Evidence is signed by somebody else',
    meaning:
      'The evidence was signed with another key than yours, by another identity than you named, or by one that the trust root does not vouch for: its certificate is of another authority, or had ended when the log took note of the signature.',
    detection: 'By the name of the key in the evidence, or by its certificate and the entries of the log.',
    effect: refused,
    fixes: [
      {
        step: 'If the key was changed, check with the one that was in use at that time.',
        commands: ['audit-scanner verify-evidence EVIDENCE RESULT --key OLD.pub'],
      },
      {
        step: 'Evidence without a key is checked with the identity that signed, and with a trust root.',
        commands: [
          'audit-scanner verify-evidence EVIDENCE RESULT --certificate-identity NAME --certificate-oidc-issuer URL --sigstore-trust-root trusted_root.json',
        ],
      },
    ],
    related: [errorCodes.evidenceChanged],
  },
  [errorCodes.evidenceOfOther]: {
    title: 'What was signed is no evidence that this version can read',
    meaning:
      'The signature holds. What was signed is a statement of another tool, or of a newer version of audit-scanner, so whether it fits the result is not known.',
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
    title: 'A result is not the one that was signed',
    meaning:
      'The evidence is genuine, and the file is none of those that it has digests of. The message names what differs: the run, the gate, a count, a policy or its results.',
    detection:
      'The digest of the file was compared with those in the evidence, and then what the file says with what the evidence repeats of it.',
    effect: refused,
    fixes: [
      {
        step: 'See whether it is the result of this run: `run.uid` of the evidence is `metadata.runUID` of the result.',
      },
      { step: askAgain },
    ],
    related: [errorCodes.evidenceContradictory],
  },
  [errorCodes.evidenceContradictory]: {
    title: 'Evidence contradicts itself or its result',
    meaning:
      'The signature holds, and what was signed cannot be: counts that do not add up, a gate that passed in an incomplete run, or a result with the right digest that says something else than the statement. It was signed by something else than audit-scanner, or by a defect of it.',
    detection: 'Counts and verdict of the statement were compared with each other, and with the result.',
    effect: refused,
    fixes: [{ step: 'Ask who holds the private key what else signs with it.' }],
    related: [errorCodes.resultNotOfEvidence],
  },
} satisfies ManualChapter;
