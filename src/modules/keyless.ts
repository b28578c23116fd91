import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { openTrust } from '../signatures/index.ts';
import { parseJson } from '../text/index.ts';

/** What cosign leaves beside an image for one signature: what was signed, and the annotations of its layer. */
export type CosignSignature = {
  readonly payload: Uint8Array;
  readonly annotations: Readonly<Record<string, string | undefined>>;
};

/** The keyless identity, as stated by the certificate that was issued for this one signature. */
export type KeylessIdentity = {
  readonly issuer: string | undefined;
  readonly subject: string;
  /** The subject is a URI, and not the address of a person. */
  readonly isUri: boolean;
  /** `owner/name` of the repository whose GitHub workflow it was. */
  readonly repository: string | undefined;
};

/**
 * Verifies that the payload was signed with the key of a certificate, that a trusted authority issued it and a trusted log knows of
 * that, and that a trusted log says the signature was made while it was valid. Throws an Error that says in one line what is wrong.
 */
export type VerifyKeyless = (signature: CosignSignature) => KeylessIdentity;

export const signatureAnnotation = 'dev.cosignproject.cosign/signature';
const certificateAnnotation = 'dev.sigstore.cosign/certificate';
const bundleAnnotation = 'dev.sigstore.cosign/bundle';
const workflowRepository = '1.3.6.1.4.1.57264.1.5';

/** Whether it claims to be a keyless signature. */
export function isKeyless({ annotations }: CosignSignature): boolean {
  return annotations[certificateAnnotation] !== undefined;
}

const logEntrySchema = z.object({
  SignedEntryTimestamp: z.string().min(1),
  Payload: z.object({
    body: z.string(),
    integratedTime: z.int(),
    logIndex: z.int(),
    logID: z.string().regex(/^[\da-f]+$/),
  }),
});
const kindSchema = z.object({ kind: z.string(), apiVersion: z.string() });

/** Reads a `trusted_root.json`: whose certificates and logs count. Rejects with an Error of one line. */
export async function readTrustRoot(content: string): Promise<VerifyKeyless> {
  const verify = await openTrust({ root: content });
  return (signature) => {
    const certificate = readCertificate(signature);
    const { issuer, subject, extension } = verify(toBundle(signature, certificate), signature.payload);
    if (subject === undefined) throw new Error('its certificate names no identity');
    return {
      issuer,
      subject,
      isUri: certificate.subjectAltName === `URI:${subject}`,
      repository: extension(workflowRepository),
    };
  };
}

function readCertificate({ annotations }: CosignSignature): X509Certificate {
  try {
    return new X509Certificate(annotations[certificateAnnotation] ?? '');
  } catch (cause) {
    throw new Error('its certificate cannot be read', { cause });
  }
}

/** The same signature as the library takes it. */
function toBundle({ payload, annotations }: CosignSignature, certificate: X509Certificate): object {
  const entry = logEntrySchema.safeParse(parseJson(annotations[bundleAnnotation] ?? '')).data;
  if (entry === undefined) throw new Error('no transparency log has recorded it');
  const { body, integratedTime, logIndex, logID } = entry.Payload;
  const kind = kindSchema.safeParse(parseJson(Buffer.from(body, 'base64'))).data;
  if (kind === undefined) throw new Error('its log entry is not valid');
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: certificate.raw.toString('base64') }] },
      tlogEntries: [
        {
          logIndex: String(logIndex),
          logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
          kindVersion: { kind: kind.kind, version: kind.apiVersion },
          integratedTime: String(integratedTime),
          inclusionPromise: { signedEntryTimestamp: entry.SignedEntryTimestamp },
          canonicalizedBody: body,
        },
      ],
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(payload).digest('base64') },
      signature: annotations[signatureAnnotation],
    },
  };
}
