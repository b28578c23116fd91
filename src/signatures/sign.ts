import { type BundleJson, bundleMediaType, statementMediaType } from './bundle.ts';
import type { SigningKey } from './keys.ts';

/**
 * Signs a statement and puts it into a Sigstore bundle: one line of JSON without a space, so that every byte of it says something.
 */
export function signStatement(statement: object, key: SigningKey): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = key.sign(encodeForSigning(payload));
  const bundle: BundleJson = {
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: key.hint } },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: statementMediaType,
      signatures: [{ sig: Buffer.from(signature).toString('base64') }],
    },
  };
  return JSON.stringify(bundle);
}

/** The pre-authentication encoding of DSSE: what is signed of a payload is also what it is. */
function encodeForSigning(payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${statementMediaType.length} ${statementMediaType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
