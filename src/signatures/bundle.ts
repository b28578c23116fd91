import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { logEntry, requireOneStory } from './log-entry.ts';
import { base64 } from './spelling.ts';

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const statementMediaType = 'application/vnd.in-toto+json';

/** An attestation with what is needed to check it, as its file says; nothing of it has been verified. */
export type Attestation = {
  readonly payload: Uint8Array;
  /** The name of the key; undefined where a certificate says who signed. */
  readonly keyHint: string | undefined;
  /** How many entries of a transparency log, and how many timestamps, are with it. */
  readonly witnesses: number;
  readonly json: BundleJson;
};

const bundleSchema = z.strictObject({
  mediaType: z.literal(bundleMediaType),
  verificationMaterial: z.strictObject({
    publicKey: z.strictObject({ hint: z.string().optional() }).optional(),
    certificate: z.strictObject({ rawBytes: base64 }).optional(),
    tlogEntries: z.array(logEntry).optional(),
    timestampVerificationData: z
      .strictObject({ rfc3161Timestamps: z.array(z.strictObject({ signedTimestamp: base64 })).optional() })
      .optional(),
  }),
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.literal(statementMediaType),
    signatures: z.tuple([z.strictObject({ sig: base64, keyid: z.string().optional() })]),
  }),
});

export type BundleJson = z.infer<typeof bundleSchema>;

/**
 * Reads a Sigstore bundle with a DSSE envelope around an in-toto statement. It is strict, so that two readers cannot see two things in
 * it: every field is known, and every value has one spelling. Throws an Error that says in one line what is wrong.
 */
export function parseAttestation(text: string): Attestation {
  const document = parse(text);
  const { data, error } = bundleSchema.safeParse(document);
  if (error !== undefined) throw new Error(describe(document, error));
  requireOneSpelling(text, document);
  const { verificationMaterial, dsseEnvelope } = data;
  requireOneSigner(data);
  const { publicKey, certificate, tlogEntries, timestampVerificationData } = verificationMaterial;
  if (certificate !== undefined) requireCertificate(certificate.rawBytes);
  for (const entry of tlogEntries ?? []) requireOneStory(entry);
  return {
    payload: Buffer.from(dsseEnvelope.payload, 'base64'),
    keyHint: publicKey && (publicKey.hint ?? ''),
    witnesses: [tlogEntries, timestampVerificationData?.rfc3161Timestamps].flat().filter(Boolean).length,
    json: data,
  };
}

function parse(text: string): unknown {
  if (text.trim() === '') throw new Error('it is empty');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(isCut(text) ? 'it was cut short: its end is missing' : 'it is no JSON', { cause });
  }
}

/** None of what is in a bundle has braces in it. */
function isCut(text: string): boolean {
  return text.trimStart().startsWith('{') && text.split('{').length > text.split('}').length;
}

function requireOneSigner({
  verificationMaterial: { publicKey, certificate },
  dsseEnvelope,
}: BundleJson): void {
  if ((publicKey === undefined) === (certificate === undefined))
    throw new Error('it must name one key or have one certificate, to say who signed');
  const [{ keyid = '' }] = dsseEnvelope.signatures;
  if (keyid !== '' && keyid !== publicKey?.hint)
    throw new Error('its envelope names another key than what is beside it');
}

/** Who verifies it takes no offence at a frame that is none of X.509. */
function requireCertificate(rawBytes: string): void {
  try {
    new X509Certificate(Buffer.from(rawBytes, 'base64'));
  } catch (cause) {
    throw new Error('its certificate cannot be read', { cause });
  }
}

function describe(document: unknown, { issues: [issue] }: z.ZodError): string {
  const mediaType = z.looseObject({ mediaType: z.string() }).safeParse(document).data?.mediaType;
  if (mediaType === undefined) return 'it is no Sigstore bundle: it has no mediaType';
  if (mediaType !== bundleMediaType)
    return `its mediaType is ${mediaType.slice(0, 80)}, and only ${bundleMediaType} is read`;
  const where = issue?.path.map(String).join('.') ?? '';
  return `${where === '' ? 'the bundle' : where} is not as it must be (${issue?.message ?? ''})`;
}

/** Escapes and members that come twice are read by one program in one way and by another in another. */
function requireOneSpelling(text: string, document: unknown): void {
  const plain = (json: string): string => json.replaceAll(/\s/g, '');
  if (plain(text) !== plain(JSON.stringify(document)))
    throw new Error('something in it is there twice or is written in an unusual way');
}
