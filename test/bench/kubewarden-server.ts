import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Pool } from 'undici';

/** Kubewarden's own policy-server on loopback: one worker, plain HTTP, connections that are kept. */
export type KubewardenServer = {
  /** What the program says of itself. */
  readonly version: string;
  /** True if the policy allows what it is asked about; throws where there is no verdict. */
  readonly ask: (policy: string, review: string) => Promise<boolean>;
  /** What its process has used so far. */
  readonly cpuSeconds: () => number;
  readonly close: () => Promise<void>;
};

type Policy = { readonly wasm: Uint8Array; readonly settings: object };

/** It compiles all modules before it is ready. */
const startLimitMs = 10 * 60_000;

/** Starts the program with these policies by name. `folder` is for its files; what it writes is in `log` there. */
export async function startKubewardenServer(
  program: string,
  { folder, policies }: { readonly folder: string; readonly policies: Readonly<Record<string, Policy>> },
): Promise<KubewardenServer> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  const file = join(folder, 'policies.yml');
  await writeFile(file, JSON.stringify(await describe(folder, policies)));
  const [port, probePort] = [await freePort(), await freePort()];
  const log = createWriteStream(join(folder, 'log'));
  await once(log, 'open');
  const flags = {
    addr: '127.0.0.1',
    port,
    'readiness-probe-port': probePort,
    workers: 1,
    policies: file,
    'policies-download-dir': join(folder, 'modules'),
    'sigstore-cache-dir': join(folder, 'sigstore'),
  };
  const child = spawn(
    program,
    [
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
      '--ignore-kubernetes-connection-failure',
    ],
    { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['ignore', log, log] },
  );
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 1 });
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    await pool.destroy();
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    kill();
    await ended;
  };
  try {
    await waitUntilReady(`http://127.0.0.1:${probePort}/readiness`, () => child.exitCode);
  } catch (error) {
    await close();
    throw new Error(`${program} did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`, {
      cause: error,
    });
  }
  return {
    version: stdout.trim().split('\n')[0] ?? program,
    ask: async (policy, review) => {
      const headers = { 'content-type': 'application/json' };
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/audit/${policy}`,
        headers,
        body: review,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${policy}: HTTP ${statusCode}: ${text}`);
      return (JSON.parse(text) as { response: { allowed: boolean } }).response.allowed;
    },
    cpuSeconds: () => readCpuSeconds(child.pid ?? 0),
    close,
  };
}

async function describe(folder: string, policies: Readonly<Record<string, Policy>>): Promise<object> {
  const described: Record<string, object> = {};
  for (const [name, { wasm, settings }] of Object.entries(policies)) {
    const path = join(folder, `${name}.wasm`);
    await writeFile(path, wasm);
    described[name] = { module: `file://${path}`, settings };
  }
  return described;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return address.port;
}

async function waitUntilReady(probe: string, exitCode: () => number | null): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    if (exitCode() !== null) throw new Error(`it ended with status ${exitCode()}`);
    const isReady = await fetch(probe).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(200);
  }
  throw new Error(`it was not ready after ${startLimitMs / 1000} s`);
}

/** Linux counts in hundredths of a second. The name of the program comes before, in parentheses. */
function readCpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
