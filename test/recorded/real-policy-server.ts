import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { request } from 'undici';
import { type CaseGroup, type CasePolicy, isGroup, type RecordedAnswer } from './case.ts';
import type { ModuleSource } from './module-source.ts';

/** A real policy-server of Kubewarden on loopback, and what it answers. */
export type RealPolicyServer = {
  readonly ask: (policy: string, review: string) => Promise<RecordedAnswer>;
  readonly close: () => Promise<void>;
};

export type RealServerOptions = {
  /** The path of the program. */
  readonly program: string;
  /** An empty folder for its files. */
  readonly folder: string;
  readonly policies: Readonly<Record<string, CasePolicy | CaseGroup>>;
  /** Without it policies cannot read objects. */
  readonly kubeconfig?: string | undefined;
};

const startLimitMs = 10 * 60_000;

/** What the program says is its version. */
export async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return stdout.trim().split('\n')[0]?.replace(/^\S+ /, '') ?? '';
}

/** Starts the server and waits until it has loaded the policies. What it writes is in `log` in the folder. */
export async function startRealPolicyServer(options: RealServerOptions): Promise<RealPolicyServer> {
  const { program, folder, kubeconfig } = options;
  const [port, probePort] = [await freePort(), await freePort()];
  const policies = join(folder, 'policies.yml');
  await writeFile(policies, JSON.stringify(await describeAll(options)));
  const log = createWriteStream(join(folder, 'log'));
  await once(log, 'open');
  const child = spawn(
    program,
    [
      ...['--addr', '127.0.0.1', '--port', String(port), '--readiness-probe-port', String(probePort)],
      ...['--policies', policies, '--policies-download-dir', join(folder, 'modules')],
      ...['--sigstore-cache-dir', join(folder, 'sigstore'), '--workers', '1'],
      ...['--continue-on-errors', '--ignore-kubernetes-connection-failure', '--log-no-color'],
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
      },
      stdio: ['ignore', log, log],
    },
  );
  await waitUntilReady(child, `http://127.0.0.1:${probePort}/readiness`);
  return {
    ask: async (policy, review) => {
      const answer = await request(`http://127.0.0.1:${port}/audit/${policy}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: review,
      });
      const text = await answer.body.text();
      if (answer.statusCode === 400 || answer.statusCode === 422) return { refused: true };
      if (answer.statusCode !== 200) throw new Error(`${policy}: HTTP ${answer.statusCode}: ${text}`);
      return readAnswer((JSON.parse(text) as { response: ServerResponse }).response);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

type ServerStatus = { readonly message?: string; readonly code?: number; readonly details?: unknown };
type ServerResponse = {
  readonly allowed: boolean;
  readonly status?: ServerStatus | null;
  readonly patch?: string | null;
  readonly warnings?: readonly string[] | null;
  readonly auditAnnotations?: Readonly<Record<string, string>> | null;
};

/**
 * What counts of an AdmissionResponse, whoever gives it. Of a guest that was ended by a trap only that is told: where it was depends on the
 * compiler.
 */
export function readAnswer(response: ServerResponse): RecordedAnswer {
  const { allowed, status, patch, warnings, auditAnnotations } = response;
  return {
    allowed,
    ...(status && { status: JSON.parse(JSON.stringify(status, tellPlainly)) as ServerStatus }),
    ...(patch && { patch: JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown }),
    ...(warnings && { warnings }),
    ...(auditAnnotations && { auditAnnotations }),
  };
}

/** The causes of a group are in no order; nulls are nothing. */
function tellPlainly(key: string, value: unknown): unknown {
  if (key === 'causes' && Array.isArray(value))
    return (value as readonly { readonly field: string }[]).toSorted((a, b) => (a.field < b.field ? -1 : 1));
  if (typeof value !== 'string') return value ?? undefined;
  return value.replace(/(?:error while executing at wasm backtrace|wasm trap):[^]*$/, 'a trap').trimEnd();
}

async function describeAll({ policies, folder }: RealServerOptions): Promise<object> {
  let modules = 0;
  const save = async (module: ModuleSource): Promise<string> => {
    modules += 1;
    const path = join(folder, `${modules}.wasm`);
    await writeFile(path, await module.load());
    return `file://${path}`;
  };
  const describe = async ({ module, ...rest }: CasePolicy): Promise<object> => ({
    ...rest,
    module: await save(module),
  });
  const described = Object.entries(policies).map(async ([name, policy]) => {
    if (!isGroup(policy)) return [name, { ...(await describe(policy)), allowedToMutate: true }] as const;
    const members = await Promise.all(
      Object.entries(policy.policies).map(async ([member, one]) => [member, await describe(one)] as const),
    );
    return [name, { ...policy, policies: Object.fromEntries(members) }] as const;
  });
  return Object.fromEntries(await Promise.all(described)) as object;
}

async function waitUntilReady(child: ChildProcess, probe: string): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the policy server ended with status ${child.exitCode}`);
    const ready = await request(probe).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode === 200;
      },
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  child.kill('SIGKILL');
  throw new Error('the policy server did not become ready');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
