import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../system/index.ts';
import { type Kubeconfig, toKubeconfig } from './kubeconfig.ts';
import { readTokenClaims } from './token-claims.ts';

/**
 * What a pod's service account amounts to, as a kubeconfig; undefined outside a cluster. `directory` is where the token and the
 * certificate authority are mounted.
 */
export async function findServiceAccount(
  directory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Kubeconfig | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const token = join(directory, 'token');
  const authority = 'ca.crt';
  if (!host || !(await isReadable(token))) return undefined;
  const { sub: user = 'the service account of this pod' } = readTokenClaims(
    (await readRegularFile(token)).toString('utf8'),
  );
  const name = 'in-cluster';
  const cluster = {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port ?? '443'}`,
    'certificate-authority': (await isReadable(join(directory, authority))) ? authority : undefined,
  };
  const document = {
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user } }],
    clusters: [{ name, cluster }],
    users: [{ name: user, user: { tokenFile: 'token' } }],
  };
  return toKubeconfig(document, token);
}

/** Whether a file is there and may be read. */
export async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
