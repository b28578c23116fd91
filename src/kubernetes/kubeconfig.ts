import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/errors.ts';
import { toOneLine } from './errors.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => (value === '' ? undefined : (value ?? undefined)));
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
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
});

const execSchema = z.object({
  apiVersion: text,
  command: z.string().min(1),
  args: texts,
  env: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
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
  clusters: z.array(z.object({ name: z.string(), cluster: clusterSchema })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context: contextSchema })).nullish(),
  users: z.array(z.object({ name: z.string(), user: userSchema.nullish() })).nullish(),
});

export type KubeconfigCluster = z.infer<typeof clusterSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
export type ExecPlugin = z.infer<typeof execSchema>;

/** One or several kubeconfig files as one. Paths in it are relative to no file any more: they are absolute, or as absolute as the file's own path is. */
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
      facts: paths.map((path) => `${path} (from ${origin})`),
    });
  }
  return merge(await Promise.all(found.map(async (file) => ({ path: file.path, ...(await parse(file)) }))));
}

type ParsedFile = z.infer<typeof kubeconfigSchema> & { readonly path: string };

function merge(files: readonly ParsedFile[]): Kubeconfig {
  const clusters = new Map<string, KubeconfigCluster>();
  const contexts = new Map<string, z.infer<typeof contextSchema>>();
  const users = new Map<string, KubeconfigUser>();
  for (const file of files.toReversed()) {
    const toPath = (path: string | undefined): string | undefined =>
      path === undefined || isAbsolute(path) ? path : join(dirname(file.path), path);
    for (const { name, cluster } of file.clusters ?? []) {
      clusters.set(name, { ...cluster, 'certificate-authority': toPath(cluster['certificate-authority']) });
    }
    for (const { name, context } of file.contexts ?? []) contexts.set(name, context);
    for (const { name, user } of file.users ?? []) users.set(name, withPaths(userSchema.parse(user ?? {}), toPath));
  }
  const currentContext = files.find((file) => file['current-context'] !== undefined)?.['current-context'];
  return { files: files.map(({ path }) => path), currentContext, clusters, contexts, users };
}

function withPaths(user: KubeconfigUser, toPath: (path: string | undefined) => string | undefined): KubeconfigUser {
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

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = code === 'EACCES' ? 'permission denied' : code === 'EISDIR' ? 'it is a directory' : code;
    throw new AuditError(errorCodes.kubeconfigInvalid, `cannot read the kubeconfig ${path}: ${why}`, {
      cause: thrown,
    });
  }
}

async function parse(file: { path: string; text: string }): Promise<z.infer<typeof kubeconfigSchema>> {
  const document = await parseYaml(file.text);
  if ('problem' in document) throw invalid(file.path, 'it is not valid YAML', [document.problem]);
  const result = kubeconfigSchema.safeParse(document.value ?? {});
  if (!result.success) throw invalid(file.path, 'it does not have the shape of one', result.error.issues.map(formatIssue));
  return result.data;
}

/** An error about the content of a kubeconfig file. */
export function invalid(path: string, why: string, facts: readonly string[] = []): AuditError {
  return new AuditError(errorCodes.kubeconfigInvalid, `the kubeconfig ${path} cannot be used: ${why}`, { facts });
}

function formatIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join('.') || 'the document'}: ${issue.message}`;
}

async function parseYaml(source: string): Promise<{ value: unknown } | { problem: string }> {
  // Imported here because a run inside a cluster needs no YAML at all.
  const { CORE_SCHEMA, loadAll, mergeTag, YAMLException } = await import('js-yaml');
  try {
    return { value: loadAll(source, { schema: CORE_SCHEMA.withTags(mergeTag) })[0] };
  } catch (thrown) {
    // The exception itself quotes the lines around the mistake, which may hold a token: only its reason and place go on.
    if (!(thrown instanceof YAMLException)) return { problem: 'it cannot be read' };
    const { reason, mark } = thrown;
    return { problem: `${mark === undefined ? '' : `line ${mark.line + 1}: `}${toOneLine(reason)}` };
  }
}
