import type { RequestOptions } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import { AuditError, errorCodes } from '../domain/errors.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { describeSystemError } from '../system/system-errors.ts';
import type { ExecPlugin, KubeconfigCluster, KubeconfigUser } from './kubeconfig.ts';
import { toOneLine } from './one-line.ts';

/** What proves to the API server who asks. Never to be logged. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** PEM; for mutual TLS. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
};

/**
 * Gives the credentials as they are now: files are read again, tokens that ran out are renewed. With `renew` nothing that was
 * remembered is used, because the API server refused it. Rejects with an AuditError.
 */
export type Authenticate = (renew: boolean) => Promise<Credentials>;

/** A kubeconfig user, and the surroundings that a credential plugin may ask for. */
export type Identity = {
  readonly name: string;
  readonly user: KubeconfigUser;
  readonly cluster: KubeconfigCluster;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const pluginTimeoutMs = 60_000;

export function createAuthenticate(identity: Identity): Authenticate {
  const { user } = identity;
  let plugin: Authenticator | undefined;
  return async (renew) => {
    if (renew || plugin === undefined) plugin = await loadPlugin(identity);
    const granted = plugin === undefined ? {} : await runPlugin(plugin, identity);
    const authorization = granted.authorization ?? (await staticAuthorization(user));
    return {
      headers: { ...(authorization === undefined ? {} : { authorization }), ...impersonationHeaders(user) },
      certificate: granted.certificate ?? (await staticCertificate(user)),
    };
  };
}

/** The headers that ask the API server to judge the request as somebody else's. */
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

/**
 * Loads the one authenticator that this user needs. The package's KubeConfig would bring the client for the whole Kubernetes API
 * along: half a second of CPU and 90 MB of memory.
 */
async function loadPlugin({ name, user }: Identity): Promise<Authenticator | undefined> {
  if (user.exec) {
    const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
    return new ExecAuth();
  }
  const provider = user['auth-provider'];
  if (!provider) return undefined;
  if (provider.name === 'oidc') {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    return new OpenIDConnectAuth();
  }
  throw new AuditError(
    errorCodes.credentialPluginFailed,
    `user "${name}" of your kubeconfig uses the auth-provider "${provider.name}", which Kubernetes has removed`,
    {
      tries: [
        "let your cloud provider's command line tool write the kubeconfig again: it will use an exec plugin",
      ],
    },
  );
}

type Granted = { readonly authorization?: string; readonly certificate?: { cert: string; key: string } };

async function runPlugin(plugin: Authenticator, identity: Identity): Promise<Granted> {
  const { name, user } = identity;
  const request: RequestOptions & { headers: Record<string, string> } = { headers: {} };
  const config = user['auth-provider'] ?? undefined;
  const pluginUser = { name, exec: user.exec && toExec(user.exec, identity), authProvider: config };
  const timer = new AbortController();
  try {
    await Promise.race([plugin.applyAuthentication(pluginUser, request), timeOut(timer.signal)]);
  } catch (thrown) {
    throw user.exec ? execError(user.exec, name, thrown) : oidcError(name, thrown);
  } finally {
    timer.abort();
  }
  const { Authorization: authorization } = request.headers;
  const { cert, key } = request;
  if (typeof cert === 'string' && typeof key === 'string') {
    return { ...(authorization === undefined ? {} : { authorization }), certificate: { cert, key } };
  }
  if (authorization !== undefined) return { authorization };
  throw user.exec ? execError(user.exec, name, new TypeError('no credentials')) : oidcError(name, undefined);
}

async function timeOut(signal: AbortSignal): Promise<never> {
  await delay(pluginTimeoutMs, undefined, { signal });
  throw new Error(`no answer within ${pluginTimeoutMs / 1000} s`);
}

/** Completes what ExecAuth leaves out: the environment that the credential plugin protocol prescribes. */
function toExec(exec: ExecPlugin, { cluster, env }: Identity): object {
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1beta1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster } : {}) },
  };
  const inherited = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  const execInfo = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { command: exec.command, args: exec.args, env: [...inherited, ...exec.env, execInfo] };
}

function execError(exec: ExecPlugin, userName: string, thrown: unknown): AuditError {
  const { command, args, installHint } = exec;
  // Arguments after the first flag may be secrets.
  const firstFlag = args.findIndex((argument) => argument.startsWith('-'));
  const shown = firstFlag === -1 ? args : [...args.slice(0, firstFlag), '…'];
  return new AuditError(errorCodes.credentialPluginFailed, describeExecFailure(command, thrown), {
    facts: [`User "${userName}" runs: ${[command, ...shown].join(' ')}`],
    tries: installHint === undefined ? [] : [toOneLine(installHint)],
    cause: thrown,
  });
}

function describeExecFailure(command: string, thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EACCES') return `your kubeconfig needs "${command}", which may not be executed`;
  if (code === 'ENOENT') {
    return `your kubeconfig needs "${command}", which ${command.includes('/') ? 'does not exist' : 'is not on PATH'}`;
  }
  // SyntaxError and TypeError come from reading its answer; other messages are what the plugin wrote to stderr.
  const malformed = thrown instanceof SyntaxError || thrown instanceof TypeError;
  const said = malformed
    ? 'it gave no ExecCredential'
    : toOneLine(thrown instanceof Error ? thrown.message : '');
  return `the credential plugin "${command}" of your kubeconfig failed: ${said || 'it said nothing'}`;
}

function oidcError(userName: string, thrown: unknown): AuditError {
  return new AuditError(
    errorCodes.credentialPluginFailed,
    `the OIDC token of user "${userName}" in your kubeconfig has expired and could not be renewed`,
    { tries: ['log in again with the tool that wrote the kubeconfig'], cause: thrown },
  );
}
