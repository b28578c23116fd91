import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import { describeSystemError, readRegularFile, systemErrorCode } from '../system/index.ts';
import { toOneLine } from '../text/index.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => (value === '' ? undefined : (value ?? undefined)));
const texts = listOf(z.string());
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const clusterSchema = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: listOf(z.object({ name: z.string(), extension: z.unknown() })),
});

const execSchema = z.object({
  apiVersion: text,
  command: z.string().min(1),
  args: texts,
  env: listOf(z.object({ name: z.string(), value: z.string() })),
  installHint: text,
  interactiveMode: text,
  provideClusterInfo: flag,
});

const userSchema = z.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  as: text,
  'as-uid': text,
  'as-groups': texts,
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  exec: execSchema.nullish(),
  'auth-provider': z
    .object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
});

const contextSchema = z.object({ cluster: text, user: text });

const kubeconfigSchema = z.object({
  'current-context': text,
  clusters: listOf(z.object({ name: z.string(), cluster: clusterSchema })),
  contexts: listOf(z.object({ name: z.string(), context: contextSchema })),
  users: listOf(z.object({ name: z.string(), user: userSchema.nullish() })),
});

export type KubeconfigCluster = z.infer<typeof clusterSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
export type ExecPlugin = z.infer<typeof execSchema>;

/** A user without any credentials. */
export const anonymous = userSchema.parse({});

/** One or several kubeconfig files as one. Paths in it no longer depend on the file that they came from. */
export type Kubeconfig = {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly contexts: ReadonlyMap<string, z.infer<typeof contextSchema>>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
};

/**
 * Reads the files and merges them as kubectl does: the first file that names something wins. Files that do not exist are
 * passed over as long as one does. `origin` says where the list comes from, for messages. Throws an AuditError.
 */
export async function loadKubeconfig(paths: readonly string[], origin: string): Promise<Kubeconfig> {
  const read = await Promise.all(paths.map(async (path) => ({ path, text: await readIfPresent(path) })));
  const found = read.filter((file): file is { path: string; text: string } => file.text !== undefined);
  if (found.length === 0) {
    throw new AuditError(errorCodes.kubeconfigMissing, `${origin} points to a file that does not exist`, {
      facts: paths,
    });
  }
  return merge(await Promise.all(found.map(async (file) => toKubeconfig(await parseText(file), file.path))));
}

/** Checks a kubeconfig document and makes its paths independent of `path`, the file it came from. Throws an AuditError. */
export function toKubeconfig(document: unknown, path: string): Kubeconfig {
  const result = kubeconfigSchema.safeParse(document ?? {});
  if (!result.success)
    throw invalid(path, 'it is not structured like one', result.error.issues.map(formatIssue));
  const { clusters, contexts, users, 'current-context': currentContext } = result.data;
  const toPath = (other: string | undefined): string | undefined =>
    other === undefined || isAbsolute(other) ? other : join(dirname(path), other);
  return {
    files: [path],
    currentContext,
    clusters: firstByName(clusters.map(({ name, cluster }) => [name, withClusterPaths(cluster, toPath)])),
    contexts: firstByName(contexts.map(({ name, context }) => [name, context])),
    users: firstByName(users.map(({ name, user }) => [name, withUserPaths(user ?? anonymous, toPath)])),
  };
}

function merge(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    files: configs.flatMap(({ files }) => files),
    currentContext: configs.find((config) => config.currentContext !== undefined)?.currentContext,
    clusters: firstByName(configs.flatMap(({ clusters }) => [...clusters])),
    contexts: firstByName(configs.flatMap(({ contexts }) => [...contexts])),
    users: firstByName(configs.flatMap(({ users }) => [...users])),
  };
}

function firstByName<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map(entries.toReversed());
}

type ToPath = (path: string | undefined) => string | undefined;

function withClusterPaths(cluster: KubeconfigCluster, toPath: ToPath): KubeconfigCluster {
  return { ...cluster, 'certificate-authority': toPath(cluster['certificate-authority']) };
}

function withUserPaths(user: KubeconfigUser, toPath: ToPath): KubeconfigUser {
  const { exec } = user;
  return {
    ...user,
    tokenFile: toPath(user.tokenFile),
    'client-certificate': toPath(user['client-certificate']),
    'client-key': toPath(user['client-key']),
    // Without a slash the command is looked up on PATH.
    exec: exec?.command.includes('/') ? { ...exec, command: toPath(exec.command) ?? exec.command } : exec,
  };
}

function listOf<T extends z.ZodType>(element: T) {
  return z
    .array(element)
    .nullish()
    .transform((value) => value ?? []);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(path)).toString('utf8');
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AuditError(
      errorCodes.kubeconfigInvalid,
      `cannot read the kubeconfig ${path}: ${describeSystemError(thrown)}`,
      { cause: thrown },
    );
  }
}

/** An error about the content of a kubeconfig file. */
export function invalid(path: string, why: string, facts: readonly string[] = []): AuditError {
  return new AuditError(errorCodes.kubeconfigInvalid, `the kubeconfig ${path} cannot be used: ${why}`, {
    facts,
  });
}

function formatIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.') || 'the document'}: ${issue.message}`;
}

async function parseText(file: { path: string; text: string }): Promise<unknown> {
  // Imported here because a run inside a cluster needs no YAML at all.
  const { CORE_SCHEMA, loadAll, mergeTag, YAMLException } = await import('js-yaml');
  let problem = 'it cannot be read';
  try {
    return loadAll(file.text, { schema: CORE_SCHEMA.withTags(mergeTag) })[0];
  } catch (thrown) {
    // The exception itself quotes the lines around the mistake, which may hold a token: only its reason and place go on.
    if (thrown instanceof YAMLException) {
      problem = `${thrown.mark === undefined ? '' : `line ${thrown.mark.line + 1}: `}${toOneLine(thrown.reason)}`;
    }
  }
  throw invalid(file.path, 'it is not valid YAML', [problem]);
}
