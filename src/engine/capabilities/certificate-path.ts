import { basicConstraints, type Certificate, nameConstraints, readPathLength } from './certificate.ts';

/** Why a certificate is not trusted, in the words of policy-server's library; what comes first says more than what follows. */
const failures = [
  'CertNotValidYet',
  'CertExpired',
  'InvalidSignatureForPublicKey',
  'PathLenConstraintViolated',
  'CaUsedAsEndEntity',
  'EndEntityUsedAsCa',
  'UnsupportedCriticalExtension',
  'UnsupportedSignatureAlgorithm',
  'MaximumPathDepthExceeded',
  'MaximumSignatureChecksExceeded',
  'UnknownIssuer',
] as const;
export type Failure = (typeof failures)[number];

export type Trust = {
  /** Trusted as they are: nobody asks whether they are still valid, or authorities at all. */
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly time: Date;
};

type Search = Trust & { readonly budget: { signatures: number } };

const maxAuthorities = 6;
const maxSignatures = 100;

/** Looks for a way from the certificate to a root. Undefined if there is one. Throws an Error where that cannot be told. */
export function findPathFailure(certificate: Certificate, trust: Trust): Failure | undefined {
  return search([certificate], { ...trust, budget: { signatures: maxSignatures } });
}

/** `path` goes from the certificate in question to the one whose issuer is looked for. */
function search(path: readonly Certificate[], trust: Search): Failure | undefined {
  const head = path.at(-1);
  if (head === undefined) return 'UnknownIssuer';
  const own = findOwnFailure(head, path, trust.time);
  if (own !== undefined) return own;
  let worst: Failure = 'UnknownIssuer';
  for (const root of trust.roots.filter((candidate) => isNamedBy(head, candidate))) {
    const failure = checkSignature(head, root, trust.budget);
    if (failure === undefined) {
      refuseNameConstraints([...path.slice(1), root]);
      return undefined;
    }
    worst = moreSpecific(worst, failure);
  }
  for (const issuer of trust.intermediates) {
    if (!isNamedBy(head, issuer) || isIn(path, issuer)) continue;
    const failure = checkSignature(head, issuer, trust.budget) ?? search([...path, issuer], trust);
    if (failure === undefined) return undefined;
    worst = moreSpecific(worst, failure);
  }
  return worst;
}

/** What is wrong with a certificate at its place in the chain, apart from its issuer. */
function findOwnFailure(
  certificate: Certificate,
  path: readonly Certificate[],
  time: Date,
): Failure | undefined {
  const { x509, extensions } = certificate;
  if (time < x509.validFromDate) return 'CertNotValidYet';
  if (time > x509.validToDate) return 'CertExpired';
  for (const [identifier, { critical }] of extensions)
    if (critical && !understood.has(identifier)) return 'UnsupportedCriticalExtension';
  // The one in question must be no authority, and all others must be.
  if (path.length === 1) return x509.ca ? 'CaUsedAsEndEntity' : undefined;
  return findAuthorityFailure(certificate, path.length - 2);
}

function findAuthorityFailure(authority: Certificate, authoritiesBelow: number): Failure | undefined {
  if (!authority.x509.ca || !authority.extensions.has(basicConstraints)) return 'EndEntityUsedAsCa';
  if (authoritiesBelow >= maxAuthorities) return 'MaximumPathDepthExceeded';
  const pathLength = readPathLength(authority);
  return pathLength !== undefined && authoritiesBelow > pathLength ? 'PathLenConstraintViolated' : undefined;
}

/** Usages, alternative names, and where revocations are told: what is looked at elsewhere or limits nothing here. */
const understood: ReadonlySet<string> = new Set([
  basicConstraints,
  nameConstraints,
  '551d0f',
  '551d11',
  '551d1f',
  '551d25',
]);

/** An authority for certain names only is trusted with any name by nobody, and which names it may use is not read here. */
function refuseNameConstraints(authorities: readonly Certificate[]): void {
  const limited = authorities.find(({ extensions }) => extensions.has(nameConstraints));
  if (limited !== undefined)
    throw new Error(
      `cannot tell: the authority ${oneLine(limited.x509.subject)} is limited to certain names`,
    );
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function isNamedBy({ x509 }: Certificate, issuer: Certificate): boolean {
  return x509.issuer === issuer.x509.subject;
}

function isIn(path: readonly Certificate[], { x509 }: Certificate): boolean {
  return path.some(
    (certificate) =>
      certificate.x509.subject === x509.subject && certificate.x509.publicKey.equals(x509.publicKey),
  );
}

function checkSignature(
  { x509, signatureAlgorithm }: Certificate,
  issuer: Certificate,
  budget: Search['budget'],
): Failure | undefined {
  budget.signatures -= 1;
  if (budget.signatures < 0) return 'MaximumSignatureChecksExceeded';
  if (!secureAlgorithms.has(signatureAlgorithm)) return 'UnsupportedSignatureAlgorithm';
  const { publicKey } = issuer.x509;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? minRsaBits;
  const isSound = bits >= minRsaBits && bits <= maxRsaBits && x509.verify(publicKey);
  return isSound ? undefined : 'InvalidSignatureForPublicKey';
}

const minRsaBits = 2048;
const maxRsaBits = 8192;

/** RSA (with and without PSS) and ECDSA with SHA-256, SHA-384 and SHA-512, and Ed25519; nothing with SHA-1. */
const secureAlgorithms: ReadonlySet<string> = new Set([
  '2a864886f70d01010a',
  '2a864886f70d01010b',
  '2a864886f70d01010c',
  '2a864886f70d01010d',
  '2a8648ce3d040302',
  '2a8648ce3d040303',
  '2a8648ce3d040304',
  '2b6570',
]);

function moreSpecific(a: Failure, b: Failure): Failure {
  return failures.indexOf(a) < failures.indexOf(b) ? a : b;
}
