import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import { askHelper } from './docker-helper.ts';
import { anonymous, type FindCredentials } from './login.ts';

const text = z.string().nullish();
const entrySchema = z.object({ auth: text, username: text, password: text });
type Entry = z.infer<typeof entrySchema>;

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: text,
});
export type DockerConfig = z.infer<typeof configSchema>;

/** The content of a `config.json` of Docker; undefined if it is not one. */
export function parseDockerConfig(content: string): DockerConfig | undefined {
  return configSchema.safeParse(parseJson(content)).data;
}

/** What `docker login` left on this machine: in the configuration, and at the credential helpers that it names. */
export function createUserCredentials({ auths, credHelpers, credsStore }: DockerConfig): FindCredentials {
  return async (place, signal) => {
    const helper = findEntry(credHelpers, place, (name) => name || undefined) ?? (credsStore || undefined);
    const given = helper === undefined ? anonymous : await askHelper(helper, namesOf(place.host), signal);
    return { ...given, basic: given.basic ?? findEntry(auths, place, authOf) };
  };
}

/**
 * The logins of a pull secret. Its credential helpers are ignored: write access to a Secret must not be enough to start programs on this
 * machine.
 */
export function createSecretCredentials({ auths }: DockerConfig): FindCredentials {
  return (place) => Promise.resolve({ basic: findEntry(auths, place, authOf), problem: undefined });
}

/** Kubernetes allows the two parts in place of the encoded whole. */
function authOf({ auth, username, password }: Entry): string | undefined {
  if (auth) return auth;
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/** What `read` makes of the entry for a repository, that with the longest path first; the keys are as different as their writers. */
function findEntry<Value, Found>(
  entries: Readonly<Record<string, Value>> | null | undefined,
  { host, repository }: Parameters<FindCredentials>[0],
  read: (value: Value) => Found | undefined,
): Found | undefined {
  return Object.entries(entries ?? {})
    .map(([key, value]) => ({ ...parseKey(key), value }))
    .filter((entry) => entry.host === host && `${repository}/`.startsWith(entry.path))
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ value }) => read(value))
    .find((found) => found !== undefined);
}

/** `host`, `https://host/v1/` or `host/path`. The path ends in a slash, or is empty where it is that of the registry's own API. */
function parseKey(key: string): { readonly host: string; readonly path: string } {
  const [host = '', ...rest] = key.replace(/^https?:\/\//i, '').split('/');
  const path = rest.filter((part) => part !== '').join('/');
  return { host: toHost(host.toLowerCase()), path: /^(?:v[12])?$/.test(path) ? '' : `${path}/` };
}

const hub = 'registry-1.docker.io';

function toHost(name: string): string {
  return name === 'docker.io' || name === 'index.docker.io' ? hub : name;
}

/** Under what a credential helper may know a host. */
function namesOf(host: string): readonly string[] {
  return host === hub
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', host]
    : [host, `https://${host}`, `https://${host}/v2/`];
}
