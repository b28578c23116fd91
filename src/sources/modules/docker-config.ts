import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const configSchema = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

const helperSchema = z.object({ Username: z.string(), Secret: z.string() });

export type DockerConfigOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
};

/** What `docker login` left for a registry, as the value of Basic authentication; undefined means anonymous. */
export async function readCredentials(
  host: string,
  { env, homeDir }: DockerConfigOptions,
): Promise<string | undefined> {
  const path = join(env['DOCKER_CONFIG'] ?? join(homeDir, '.docker'), 'config.json');
  const config = configSchema.safeParse(parseJson(await readFile(path, 'utf8').catch(() => ''))).data;
  if (config === undefined) return undefined;
  for (const name of namesOf(host)) {
    const helper = config.credHelpers[name] ?? config.credsStore;
    const given = helper === undefined ? undefined : await askHelper(helper, name);
    const auth = given ?? config.auths[name]?.auth ?? '';
    if (auth !== '') return auth;
  }
  return undefined;
}

function namesOf(host: string): readonly string[] {
  return host === 'registry-1.docker.io' ? ['https://index.docker.io/v1/', host] : [host, `https://${host}`];
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

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
