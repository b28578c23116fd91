import { rootCertificates } from 'node:tls';
import type { Answers } from './answers.ts';
import { type Certificate, readCertificate, readPemCertificate } from './certificate.ts';
import { type Failure, findPathFailure, type Trust } from './certificate-path.ts';
import type { HostRequest } from './requests.ts';

type CertificateRequest = HostRequest<'CryptoIsCertificateTrusted'>['request'];
type EncodedCertificate = CertificateRequest['cert'];

const untrusted = 'Certificate is not trusted by the provided cert chain';

const reasons: Partial<Record<Failure, string>> = {
  CertExpired: 'Certificate is being used after its expiration date',
  CertNotValidYet: 'Certificate is being used before its validity date',
  InvalidSignatureForPublicKey: untrusted,
  UnknownIssuer: untrusted,
};

/** What policies ask about certificates. `now` is the time at which they are to be valid where the policy names none. */
export function createCryptoAnswers(now: () => Date): Pick<Answers, 'CryptoIsCertificateTrusted'> {
  let publicRoots: readonly Certificate[] | undefined;
  const getPublicRoots = (): readonly Certificate[] =>
    (publicRoots ??= rootCertificates.map(readPemCertificate));

  function toTrust({ cert_chain: chain, not_after: time }: CertificateRequest): Trust {
    const at = time === undefined ? now() : readTime(time);
    if (chain === undefined) return { roots: getPublicRoots(), intermediates: [], time: at };
    const [root] = chain.slice(-1);
    return {
      roots: root === undefined ? [] : [read(root)],
      intermediates: chain.slice(0, -1).flatMap(readIfPossible),
      time: at,
    };
  }
  return {
    CryptoIsCertificateTrusted: ({ request }) => {
      const failure = findPathFailure(readEnd(request.cert), toTrust(request));
      const reason = failure === undefined ? '' : (reasons[failure] ?? `Certificate not trusted: ${failure}`);
      return Promise.resolve(Buffer.from(JSON.stringify({ trusted: failure === undefined, reason })));
    },
  };
}

function readEnd(certificate: EncodedCertificate): Certificate {
  try {
    return read(certificate);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what =
      certificate.encoding === 'Pem'
        ? 'Certificate PEM data is not valid'
        : 'Certificate is not a valid end-entity certificate';
    throw new Error(`${what}: ${why}`, { cause });
  }
}

function read({ encoding, data }: EncodedCertificate): Certificate {
  const bytes = Buffer.from(data);
  return encoding === 'Pem' ? readPemCertificate(bytes.toString('latin1')) : readCertificate(bytes);
}

/** What cannot be read in the middle of a chain can only be missing there. */
function readIfPossible(certificate: EncodedCertificate): readonly Certificate[] {
  try {
    return [read(certificate)];
  } catch {
    return [];
  }
}

const timestamp = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

function readTime(text: string): Date {
  const time = new Date(text.toUpperCase().replace(' ', 'T'));
  if (!timestamp.test(text) || Number.isNaN(time.getTime()))
    throw new Error('Timestamp not_after is not in RFC3339 format');
  return time;
}
