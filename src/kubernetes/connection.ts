import { delimiter, join } from 'node:path';
import { AuditError, errorCodes } from '../domain/index.ts';
import { findProxy, parseProxyUrl } from '../net/index.ts';
import { findNearestName } from '../text/index.ts';
import { type Authenticate, createAuthenticate, readPem } from './credentials.ts';
import type { PluginSurroundings } from './exec-plugin.ts';
import {
  anonymous,
  invalid,
  type Kubeconfig,
  type KubeconfigCluster,
  type KubeconfigUser,
  loadKubeconfig,
} from './kubeconfig.ts';
import { findServiceAccount, isReadable } from './service-account.ts';

export type ConnectOptions = {
  /** From the command line; wins over everything else. */
  readonly kubeconfigPath?: string | undefined;
  /** A context of the kubeconfig. Naming one rules out the in-cluster configuration, which has none. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** The user to impersonate, if any. */
  readonly impersonation?: { readonly user: string; readonly groups: readonly string[] } | undefined;
  /** Unless given, a login plug-in has nobody to ask and is never ended before its time. */
  readonly plugin?: Omit<PluginSurroundings, 'env'> | undefined;
  /** Where Kubernetes mounts a pod's token and certificate authority. */
  readonly serviceAccountDir?: string | undefined;
};

/** How to reach one API server, and as whom. Nothing has been sent yet. */
export type ClusterConnection = {
  /** May have a path, under which the whole API lies. */
  readonly server: URL;
  /** `in-cluster` for a pod's service account. */
  readonly context: string;
  /** The files that this comes from, for messages. */
  readonly source: string;
  /** The user as the kubeconfig or the token names it, for messages. */
  readonly user: string;
  /** Whether nothing in the kubeconfig says who asks, so that the API server meets `system:anonymous`. Undefined over plain HTTP,
   * where something in between may know. */
  readonly anonymous?: boolean | undefined;
  readonly tls: {
    /** PEM; undefined means the certificate authorities of the system. */
    readonly ca: string | undefined;
    readonly rejectUnauthorized: boolean;
    readonly serverName: string | undefined;
  };
  readonly proxy: URL | undefined;
  readonly authenticate: Authenticate;
};

/**
 * Finds the cluster that the user means: --kubeconfig, else KUBECONFIG, else the pod's service account, else ~/.kube/config.
 * Rejects with an AuditError (AS-3001 to AS-3005) that says where it looked or what is wrong there. Sends nothing.
 */
export async function connectToCluster(options: ConnectOptions): Promise<ClusterConnection> {
  const kubeconfig = await findKubeconfig(options);
  const files = kubeconfig.files.join(', ');
  const { name, cluster, userName, user } = selectContext(kubeconfig, options.context);
  const server = parseServer(cluster.server, files);
  const proxyUrl = cluster['proxy-url'];
  const ca = await readPem(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const identity = {
    name: userName,
    // As kubectl does, no credentials over plain HTTP: that is `kubectl proxy`, or a mistake.
    user: impersonating(server.protocol === 'https:' ? user : anonymous, options.impersonation),
    cluster,
    authority: ca,
    plugin: { ...(options.plugin ?? unattended()), env: options.env },
  };
  return {
    server,
    context: name,
    source: files,
    user: options.impersonation?.user ?? userName,
    anonymous: server.protocol === 'https:' ? !hasCredentials(user) : undefined,
    tls: {
      ca,
      rejectUnauthorized: !cluster['insecure-skip-tls-verify'],
      serverName: cluster['tls-server-name'],
    },
    proxy:
      proxyUrl === undefined
        ? findProxy(server, options.env)
        : parseProxyUrl(proxyUrl, `proxy-url in ${files}`),
    authenticate: createAuthenticate(identity),
  };
}

/** A server's URL for people: without a trailing slash, and without a password that somebody may have put into it. */
export function formatServer({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
}

function unattended(): NonNullable<ConnectOptions['plugin']> {
  return {
    stdinIsTerminal: false,
    stderr: 'keep',
    signal: new AbortController().signal,
    now: () => performance.timeOrigin + performance.now(),
  };
}

const defaultServiceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubeconfig that the user means. Rejects with an AuditError that says where it was looked for. */
export async function findKubeconfig(
  options: Omit<ConnectOptions, 'impersonation' | 'plugin'>,
): Promise<Kubeconfig> {
  const { env, kubeconfigPath, context, serviceAccountDir = defaultServiceAccountDir } = options;
  if (kubeconfigPath) return loadKubeconfig([kubeconfigPath], '--kubeconfig');
  const paths = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (paths.length > 0) return loadKubeconfig(paths, 'the environment variable KUBECONFIG');
  const serviceAccount = context === undefined ? await findServiceAccount(serviceAccountDir, env) : undefined;
  if (serviceAccount !== undefined) return serviceAccount;
  const homeConfig = join(options.homeDir, '.kube', 'config');
  if (await isReadable(homeConfig)) return loadKubeconfig([homeConfig], 'the home directory');
  const places = [
    '--kubeconfig (not set)',
    'KUBECONFIG (not set)',
    `${homeConfig} (missing)`,
    `in-cluster token (${context === undefined ? 'missing' : 'not used with --context'})`,
  ];
  throw new AuditError(errorCodes.noClusterConfigured, 'no Kubernetes cluster is configured', {
    facts: [`Looked at: ${places.join(', ')}`],
    tries: ['audit-scanner scan --kubeconfig /path/to/config'],
  });
}

type SelectedContext = {
  readonly name: string;
  readonly cluster: KubeconfigCluster;
  readonly userName: string;
  readonly user: KubeconfigUser;
};

function selectContext(kubeconfig: Kubeconfig, wanted: string | undefined): SelectedContext {
  const files = kubeconfig.files.join(', ');
  const name = wanted ?? kubeconfig.currentContext;
  const context = kubeconfig.contexts.get(name ?? '');
  if (name === undefined || context === undefined)
    throw contextUnknown(kubeconfig, { name, flag: '--context' });
  const cluster = kubeconfig.clusters.get(context.cluster ?? '');
  if (cluster === undefined)
    throw invalid(files, `its context "${name}" names a cluster that it does not have`);
  if (context.user === undefined) return { name, cluster, userName: 'system:anonymous', user: anonymous };
  const user = kubeconfig.users.get(context.user);
  if (user === undefined) throw invalid(files, `its context "${name}" names a user that it does not have`);
  return { name, cluster, userName: context.user, user };
}

function hasCredentials(user: KubeconfigUser): boolean {
  const certificate = user['client-certificate'] ?? user['client-certificate-data'];
  return [user.token, user.tokenFile, user.username, certificate, user.exec, user['auth-provider']].some(
    (credential) => credential !== undefined && credential !== null,
  );
}

/** That a kubeconfig has no such context, or none that is chosen, with those that it has. */
export function contextUnknown(
  { files, contexts, currentContext }: Kubeconfig,
  { name, flag }: { readonly name: string | undefined; readonly flag: string },
): AuditError {
  const known = [...contexts.keys()];
  const listed = known
    .map((context) => (context === currentContext ? `${context} (current)` : context))
    .join(', ');
  const closest = name === undefined ? undefined : findNearestName(name, known);
  const hint = closest === undefined ? '' : `Did you mean "${closest}"? `;
  const message =
    name === undefined
      ? `no context is selected: ${files.join(', ')} has no current-context`
      : `context "${name}" is not in ${files.join(', ')}`;
  return new AuditError(errorCodes.contextUnknown, message, {
    facts: [`${hint}Contexts: ${listed || 'none'}`],
    tries: known.length === 0 ? [] : [`audit-scanner scan ${flag} ${closest ?? known[0] ?? ''}`],
  });
}

function parseServer(server: string | undefined, files: string): URL {
  const url = server === undefined || /^https?:\/\//.test(server) ? server : `https://${server}`;
  if (url === undefined || !URL.canParse(url)) throw invalid(files, 'the server of its cluster is not a URL');
  return new URL(url);
}

function impersonating(user: KubeconfigUser, impersonation: ConnectOptions['impersonation']): KubeconfigUser {
  if (impersonation === undefined) return user;
  const { user: name, groups } = impersonation;
  return { ...user, as: name, 'as-groups': [...groups], 'as-uid': undefined, 'as-user-extra': undefined };
}
