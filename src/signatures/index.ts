export { type Attestation, bundleMediaType, parseAttestation, statementMediaType } from './bundle.ts';
export { readSigningKey, readVerificationKey, type VerificationKey } from './keys.ts';
export { signStatement } from './sign.ts';
export { openTrust, SignatureMismatch, type Signer } from './trust.ts';
