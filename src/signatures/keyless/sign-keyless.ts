import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { parseAttestation, statementMediaType } from '../index.ts';
import { createCertifiedSigner } from './certificate.ts';
import type { IdentityToken } from './identity-token.ts';
import type { ServiceTerms } from './service.ts';
import type { SigningServices } from './signing-config.ts';
import { createWitnesses } from './witnesses.ts';

/**
 * Signs a statement as whom the token names, and puts it into a Sigstore bundle in one line of JSON. Rejects with `evidenceNotSigned`,
 * which names the service and why.
 */
export async function signKeyless(
  statement: object,
  { token, services }: { readonly token: IdentityToken; readonly services: SigningServices },
  terms: ServiceTerms,
): Promise<string> {
  const builder = new DSSEBundleBuilder({
    signer: createCertifiedSigner(services.authority, token, terms),
    witnesses: [...createWitnesses(services, terms.patience)],
  });
  const bundle = await builder.create({
    data: Buffer.from(JSON.stringify(statement)),
    type: statementMediaType,
  });
  const text = JSON.stringify(bundleToJSON(bundle));
  requireReadable(text);
  return text;
}

/** What a log answers becomes a part of it. */
function requireReadable(text: string): void {
  try {
    parseAttestation(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AuditError(
      errorCodes.evidenceNotSigned,
      `the evidence could not be signed: with what the services answered it could not be checked: ${why}`,
      { cause },
    );
  }
}
