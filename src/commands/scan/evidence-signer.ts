import type { AttestConfig } from '../../config/index.ts';
import { type Io, readKeyFile } from '../../host/index.ts';
import { readSigningKey, signStatement } from '../../signatures/index.ts';

/** Signs a statement and puts it into a Sigstore bundle. Rejects with an AuditError. */
export type SignEvidence = (statement: object) => Promise<string>;

type IdentityConfig = Extract<AttestConfig['signer'], { readonly kind: 'identity' }>;

/** To be called before the scan: rejects with an AuditError where nothing could be signed when it ends. */
export async function openSigner(
  signer: AttestConfig['signer'],
  io: Pick<Io, 'env' | 'now'>,
): Promise<SignEvidence> {
  if (signer.kind === 'identity') return openIdentity(signer, io);
  const key = await readKeyFile(signer.path, readSigningKey);
  return (statement) => Promise.resolve(signStatement(statement, key));
}

/** Of each service. */
const patience = { deadlineMs: 10_000, attempts: 3, pauseMs: 1000 };

async function openIdentity(
  { signingConfig, token: file }: IdentityConfig,
  { env, now }: Pick<Io, 'env' | 'now'>,
): Promise<SignEvidence> {
  const keyless = await import('../../signatures/keyless/index.ts');
  const services = await readKeyFile(signingConfig, (text) => keyless.readSigningConfig(text, now()));
  const source = keyless.findTokenSource(file, { env, now, patience });
  await source.check();
  return async (statement) =>
    keyless.signKeyless(statement, { token: await source.read(), services }, { env, patience });
}
