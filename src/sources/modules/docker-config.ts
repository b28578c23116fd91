import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { parseJson } from './json.ts';

/** The credentials for a registry as the value of Basic authentication; undefined means anonymous. Never rejects. */
export type FindCredentials = (host: string) => Promise<string | undefined>;

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});
type Entry = z.infer<typeof entrySchema>;

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});
type DockerConfig = z.infer<typeof configSchema>;

const helperSchema = z.object({ Username: z.string(), Secret: z.string() });

/** What `docker login` left on this machine, by the content of its config.json: there and at its credential helpers. */
export function createUserCredentials(content: string): FindCredentials {
  const config = parseDockerConfig(content);
  return async (host) => {
    if (config === undefined) return undefined;
    for (const name of namesOf(host)) {
      const helper = config.credHelpers[name] ?? config.credsStore;
      const given = helper === undefined ? undefined : await askHelper(helper, name);
      const auth = given ?? authOf(config.auths[name]);
      if (auth !== undefined) return auth;
    }
    return undefined;
  };
}

/**
 * The credentials in the content of a pull secret; undefined for what is none. Its credential helpers do not count: whoever may
 * write a Secret must not start programs on this machine.
 */
export function createSecretCredentials(content: string): FindCredentials | undefined {
  const config = parseDockerConfig(content);
  if (config === undefined) return undefined;
  return (host) =>
    Promise.resolve(
      namesOf(host)
        .map((name) => authOf(config.auths[name]))
        .find((auth) => auth !== undefined),
    );
}

function parseDockerConfig(content: string): DockerConfig | undefined {
  return configSchema.safeParse(parseJson(content)).data;
}

/** Kubernetes allows the two parts in place of the encoded whole. */
function authOf({ auth, username, password }: Entry = {}): string | undefined {
  if (auth !== undefined && auth !== '') return auth;
  if (username === undefined || password === undefined) return undefined;
  return Buffer.from(`${username}:${password}`).toString('base64');
}

function namesOf(host: string): readonly string[] {
  return host === 'registry-1.docker.io'
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', host]
    : [host, `https://${host}`, `https://${host}/v2/`];
}

/** Undefined where the helper is missing, knows nothing, or has an identity token, which registries take another way. */
async function askHelper(helper: string, name: string): Promise<string | undefined> {
  const child = spawn(`docker-credential-${helper}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = new Promise<string>((resolve) => {
    child.on('error', () => {
      resolve('');
    });
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(name);
  const answer = helperSchema.safeParse(parseJson(await Promise.race([text(child.stdout), failed]))).data;
  if (answer === undefined || answer.Username === '<token>') return undefined;
  return Buffer.from(`${answer.Username}:${answer.Secret}`).toString('base64');
}
