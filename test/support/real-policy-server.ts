import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './ports.ts';

/** Kubewarden's own policy-server on loopback: one worker, plain HTTP. */
export type RealPolicyServer = {
  readonly url: string;
  readonly pid: number;
  readonly close: () => Promise<void>;
};

export type RealServerOptions = {
  /** The path of the program. */
  readonly program: string;
  /** An empty folder for its files; what it writes is in `log` there. */
  readonly folder: string;
  /** What stands in its `policies.yml`. */
  readonly policies: object;
  /** One by default. */
  readonly workers?: number;
  readonly flags?: readonly string[];
  /** Of loopback by default. */
  readonly address?: string;
  /** Without it policies cannot read objects. */
  readonly kubeconfig?: string | undefined;
};

/** It compiles all modules before it is ready. */
const startLimitMs = 10 * 60_000;

/** The line in which the program says its name and version. */
export async function versionLineOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return stdout.trim().split('\n')[0] ?? '';
}

/** Starts the program and waits until it has loaded the policies. It ends with this process at the latest. */
export async function startRealPolicyServer(options: RealServerOptions): Promise<RealPolicyServer> {
  const { program, folder, address = '127.0.0.1' } = options;
  const [port, probePort] = await freePorts(2);
  const child = await spawnServer(options, { port: String(port), 'readiness-probe-port': String(probePort) });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    kill();
    await ended;
  };
  try {
    await waitUntilReady(`http://${address}:${probePort}/readiness`, child);
  } catch (error) {
    await close();
    throw new Error(`${program} did not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`, {
      cause: error,
    });
  }
  return { url: `http://${address}:${port}`, pid: child.pid ?? 0, close };
}

async function spawnServer(
  {
    program,
    folder,
    policies,
    flags = [],
    workers = 1,
    address = '127.0.0.1',
    kubeconfig,
  }: RealServerOptions,
  ports: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const file = join(folder, 'policies.yml');
  await writeFile(file, JSON.stringify(policies));
  const log = createWriteStream(join(folder, 'log'));
  await once(log, 'open');
  const values = {
    addr: address,
    ...ports,
    workers: String(workers),
    policies: file,
    'policies-download-dir': join(folder, 'modules'),
    'sigstore-cache-dir': join(folder, 'sigstore'),
  };
  const args = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
  };
  return spawn(program, [...args, '--ignore-kubernetes-connection-failure', ...flags], {
    cwd: folder,
    env,
    stdio: ['ignore', log, log],
  });
}

async function waitUntilReady(probe: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}`);
    const isReady = await fetch(probe).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await delay(200);
  }
  throw new Error(`it was not ready after ${startLimitMs / 1000} s`);
}
