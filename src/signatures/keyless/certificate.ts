import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { Signer } from '@sigstore/sign';
import { z } from 'zod';
import { AuditError } from '../../domain/index.ts';
import type { IdentityToken } from './identity-token.ts';
import { ask, notSigned, type Service, ServiceRefusal, type ServiceTerms } from './service.ts';

const issued = z.looseObject({ chain: z.looseObject({ certificates: z.array(z.string()).min(1) }) });
/** The one or the other, depending on where the log of certificates is named. */
const answerSchema = z.looseObject({
  signedCertificateEmbeddedSct: issued.optional(),
  signedCertificateDetachedSct: issued.optional(),
});

/**
 * Signs with a key that exists for one signature, and has Fulcio certify whose it is. The signer of the library is not used, because it
 * sends the token on to wherever it is redirected, and repeats it in a message. Its methods reject with `evidenceNotSigned`.
 */
export function createCertifiedSigner(
  url: string,
  token: IdentityToken,
  terms: ServiceTerms,
): Pick<Signer, 'sign'> {
  const service = {
    what: 'the certificate authority',
    url: `${url}/api/v2/signingCert`,
    secret: token.text,
  };
  return {
    sign: async (data) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const proof = sign('sha256', Buffer.from(token.subject), privateKey).toString('base64');
      const content = publicKey.export({ format: 'pem', type: 'spki' });
      const body = JSON.stringify({
        credentials: { oidcIdentityToken: token.text },
        publicKeyRequest: { publicKey: { algorithm: 'ECDSA', content }, proofOfPossession: proof },
      });
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      const answer = await ask(service, { method: 'POST', headers, body }, terms).catch((thrown: unknown) => {
        throw thrown instanceof AuditError ? withToken(thrown, token) : thrown;
      });
      const certificate = readCertificate(service, answer, publicKey);
      return {
        signature: sign('sha256', data, privateKey),
        key: { $case: 'x509Certificate', certificate },
      };
    },
  };
}

/** Whoever reads a refusal needs to know what was in the token. */
function withToken(error: AuditError, { facts }: IdentityToken): AuditError {
  const isOfToken = error instanceof ServiceRefusal && [400, 401, 403].includes(error.status);
  return new AuditError(error.code, error.message, {
    lasting: error.lasting,
    facts: isOfToken ? facts : [],
    tries: isOfToken
      ? ['have the token issued for the audience of the authority, which is usually sigstore']
      : [],
    cause: error.cause,
  });
}

/** In PEM. A certificate of another key would be found out only by who verifies. */
function readCertificate(service: Service, answer: unknown, publicKey: KeyObject): string {
  const { data } = answerSchema.safeParse(answer);
  const { chain } = data?.signedCertificateEmbeddedSct ?? data?.signedCertificateDetachedSct ?? {};
  const [pem] = chain?.certificates ?? [];
  if (pem === undefined) throw notSigned(service, 'its answer has no certificate');
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw notSigned(service, 'its answer has a certificate that cannot be read', { cause });
  }
  if (!certificate.publicKey.equals(publicKey))
    throw notSigned(service, 'it answers with a certificate of another key');
  return certificate.toString();
}
