import {
  type Checked,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  oneOf,
  text,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { configureLook, conflict } from '../scan/index.ts';

const key = text('key FILE', 'public key in PEM that belongs to --attest-key');
const identity = text('certificate-identity NAME', 'who signed without a key: an e-mail address or a URL');
const issuer = text('certificate-oidc-issuer URL', 'who issued the token of that identity');
const sigstoreTrustRoot = text(
  'sigstore-trust-root FILE',
  'trusted_root.json: certificates and logs to trust',
);
const output = text('output FORMAT', 'text or json', {
  short: 'o',
  default: 'text',
  parse: oneOf(['text', 'json']),
});

const groups: readonly OptionGroup[] = [
  { title: 'Signer', options: [key, identity, issuer, sigstoreTrustRoot] },
  { title: 'Output', options: [output] },
];

/** The signer that is expected. */
export type WantedSigner = {
  /** Paths of files. */
  readonly key: string | undefined;
  readonly trustRoot: string | undefined;
  /** Undefined where a key is asked for. */
  readonly identity: { readonly subject: string; readonly issuer: string } | undefined;
};

/** What `verify-evidence` was asked for. */
export type VerifyConfig = {
  readonly evidence: string;
  /** Documents that the evidence shall be about. */
  readonly results: readonly string[];
  readonly signer: WantedSigner;
  readonly output: 'text' | 'json';
};

/** It has no flag of `scan`: a file that lies beside the evidence has no say in who is trusted. */
export const verifyLook = {
  usage: 'verify-evidence EVIDENCE [RESULT...] [flags]',
  words: Infinity,
  lenient: true,
  groups,
  own: [key, identity, issuer, sigstoreTrustRoot, output],
};

/** Checks the flags of `verify-evidence`. */
export function configureVerify(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<VerifyConfig> {
  const checked = configureLook(verifyLook, { flags, environment, words });
  const [evidence, ...results] = words;
  const missing = evidence === undefined ? [evidenceMissing()] : [];
  if (!checked.ok) return { ok: false, problems: [...missing, ...checked.problems] };
  const { own } = checked.value;
  const problems = [...missing, ...findSignerProblems(own)];
  if (evidence === undefined || problems.length > 0) return { ok: false, problems };
  const { certificateIdentity: subject, certificateOidcIssuer: by } = own;
  const signer = {
    key: own.key,
    trustRoot: own.sigstoreTrustRoot,
    identity: subject === undefined || by === undefined ? undefined : { subject, issuer: by },
  };
  return { ok: true, value: deepFreeze({ evidence, results, signer, output: own.output }) };
}

type SignerFlags = {
  readonly key: string | undefined;
  readonly certificateIdentity: string | undefined;
  readonly certificateOidcIssuer: string | undefined;
  readonly sigstoreTrustRoot: string | undefined;
};

function findSignerProblems(own: SignerFlags): readonly AuditError[] {
  const byIdentity = [own.certificateIdentity, own.certificateOidcIssuer];
  const named = byIdentity.filter((flag) => flag !== undefined).length;
  if (own.key !== undefined)
    return named > 0 ? [conflict('--key and --certificate-identity contradict each other', oneSigner)] : [];
  if (named === 0) return [signerMissing()];
  return [
    ...(named === 1
      ? [
          conflict(
            '--certificate-identity and --certificate-oidc-issuer need each other',
            'A name alone is worth nothing, and neither is an issuer.',
          ),
        ]
      : []),
    ...(own.sigstoreTrustRoot === undefined
      ? [
          conflict(
            '--certificate-identity needs --sigstore-trust-root',
            'It lists the certificates and logs to trust.',
          ),
        ]
      : []),
  ];
}

const oneSigner = 'Evidence is signed with a key, or by an identity.';

function signerMissing(): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    'verify-evidence needs to know whose signature to expect: give --key, or --certificate-identity',
    {
      facts: ['A signature proves nothing unless you say whose it should be.'],
      tries: [
        'audit-scanner verify-evidence evidence.json result.json --key audit.pub',
        'audit-scanner verify-evidence evidence.json result.json --certificate-identity NAME --certificate-oidc-issuer URL --sigstore-trust-root trusted_root.json',
      ],
    },
  );
}

function evidenceMissing(): AuditError {
  return new AuditError(errorCodes.invalidValue, 'verify-evidence needs the file with the EVIDENCE', {
    tries: [
      'audit-scanner scan -o json=result.json --attest evidence.json --attest-key audit.key',
      'audit-scanner verify-evidence evidence.json result.json --key audit.pub',
    ],
  });
}
