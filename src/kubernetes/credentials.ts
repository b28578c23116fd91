import type { RequestOptions } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import { AuditError, errorCodes } from '../domain/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';
import { createPluginCredentials, type PluginSurroundings } from './exec-plugin.ts';
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig.ts';

/** What authenticates us to the API server. Never to be logged. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** PEM; for mutual TLS. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
};

/** An OIDC provider renews a token without a person. */
const providerTimeoutMs = 60_000;

/**
 * Gives the credentials as they are now: files are read again, tokens that ran out are renewed. With `renew` nothing that was
 * remembered is used, because the API server refused it. Rejects with an AuditError.
 */
export type Authenticate = (renew: boolean) => Promise<Credentials>;

/** A kubeconfig user, and what a login plug-in may ask for. */
export type Identity = {
  readonly name: string;
  readonly user: KubeconfigUser;
  readonly cluster: KubeconfigCluster;
  /** PEM of the cluster's authority. */
  readonly authority: string | undefined;
  readonly plugin: PluginSurroundings;
};

export function createAuthenticate(identity: Identity): Authenticate {
  const { user } = identity;
  const findGranted = createGrants(identity);
  return async (renew) => {
    const granted = await findGranted(renew);
    const authorization = granted.authorization ?? (await staticAuthorization(user));
    return {
      headers: { ...(authorization === undefined ? {} : { authorization }), ...impersonationHeaders(user) },
      certificate: granted.certificate ?? (await staticCertificate(user)),
    };
  };
}

type Granted = Partial<Pick<Credentials, 'certificate'>> & { readonly authorization?: string | undefined };

/** What others than the kubeconfig itself know: a login plug-in, unless the user has something of their own; or an OIDC provider. */
function createGrants({
  name,
  user,
  cluster,
  authority,
  plugin,
}: Identity): (renew: boolean) => Promise<Granted> {
  const { exec, 'auth-provider': provider } = user;
  if (exec && !hasOwnCredentials(user)) {
    const find = createPluginCredentials({ exec, cluster, authority, userName: name }, plugin);
    return async (renew) => {
      const { token, certificate } = await find(renew);
      return { authorization: token === undefined ? undefined : `Bearer ${token}`, certificate };
    };
  }
  return provider ? createProviderGrants(name, provider, plugin.signal) : () => Promise.resolve({});
}

/** As kubectl sees it: then a plug-in is not run at all. */
function hasOwnCredentials(user: KubeconfigUser): boolean {
  const hasCertificate = user['client-certificate'] ?? user['client-certificate-data'];
  const hasKey = user['client-key'] ?? user['client-key-data'];
  const others = user.token ?? user.tokenFile ?? user.username ?? user.password;
  return others !== undefined || (hasCertificate !== undefined && hasKey !== undefined);
}

/** The headers of impersonation. */
function impersonationHeaders(
  user: Pick<KubeconfigUser, 'as' | 'as-uid' | 'as-groups' | 'as-user-extra'>,
): Record<string, string | string[]> {
  const extra = Object.entries(user['as-user-extra'] ?? {});
  return {
    ...(user.as === undefined ? {} : { 'impersonate-user': user.as }),
    ...(user['as-uid'] === undefined ? {} : { 'impersonate-uid': user['as-uid'] }),
    ...(user['as-groups'].length === 0 ? {} : { 'impersonate-group': [...user['as-groups']] }),
    ...Object.fromEntries(
      extra.map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`, values]),
    ),
  };
}

/** Reads a file that credentials are made of. */
async function readCredentialFile(path: string): Promise<string> {
  try {
    return (await readRegularFile(path)).toString('utf8');
  } catch (thrown) {
    throw new AuditError(
      errorCodes.kubeconfigInvalid,
      `cannot read the credential file ${path}: ${describeSystemError(thrown)}`,
      {
        cause: thrown,
      },
    );
  }
}

async function staticAuthorization(user: KubeconfigUser): Promise<string | undefined> {
  const token = user.tokenFile === undefined ? user.token : (await readCredentialFile(user.tokenFile)).trim();
  if (token !== undefined) return `Bearer ${token}`;
  if (user.username === undefined) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

async function staticCertificate(user: KubeconfigUser): Promise<Credentials['certificate']> {
  const cert = await readPem(user['client-certificate-data'], user['client-certificate']);
  const key = await readPem(user['client-key-data'], user['client-key']);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

/** PEM text from a kubeconfig's base64 field, or else from the file that the other field names. */
export async function readPem(
  data: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  return path === undefined ? undefined : readCredentialFile(path);
}

type Provider = NonNullable<KubeconfigUser['auth-provider']>;

/**
 * What an OIDC provider gives. Only the package's part for that is loaded, and only when it is needed: outside the image it
 * brings the client for the whole Kubernetes API along, which is a second of CPU and 80 MB of memory.
 */
function createProviderGrants(
  name: string,
  provider: Provider,
  signal: AbortSignal,
): (renew: boolean) => Promise<Granted> {
  let oidc: Authenticator | undefined;
  return async (renew) => {
    if (provider.name !== 'oidc') throw providerRemoved(name, provider);
    if (renew || oidc === undefined) {
      const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
      oidc = new OpenIDConnectAuth();
    }
    const request: RequestOptions & { headers: Record<string, string> } = { headers: {} };
    const idle = new AbortController();
    try {
      const ended = timeOut(AbortSignal.any([signal, idle.signal]));
      await Promise.race([oidc.applyAuthentication({ name, authProvider: provider }, request), ended]);
    } catch (thrown) {
      signal.throwIfAborted();
      throw oidcError(name, thrown);
    } finally {
      idle.abort();
    }
    const { Authorization: authorization } = request.headers;
    if (authorization === undefined) throw oidcError(name, undefined);
    return { authorization };
  };
}

async function timeOut(signal: AbortSignal): Promise<never> {
  await delay(providerTimeoutMs, undefined, { signal });
  throw new Error(`no answer within ${providerTimeoutMs / 1000} s`);
}

function providerRemoved(userName: string, provider: Provider): AuditError {
  return new AuditError(
    errorCodes.credentialPluginFailed,
    `user "${userName}" of your kubeconfig uses the auth-provider "${provider.name}", which Kubernetes has removed`,
    {
      tries: [
        "let your cloud provider's command line tool write the kubeconfig again: it will use an exec plugin",
      ],
    },
  );
}

function oidcError(userName: string, thrown: unknown): AuditError {
  return new AuditError(
    errorCodes.credentialPluginFailed,
    `the OIDC token of user "${userName}" in your kubeconfig has expired and could not be renewed`,
    { tries: ['log in again with the tool that wrote the kubeconfig'], cause: thrown },
  );
}
