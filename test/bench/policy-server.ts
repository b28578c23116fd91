import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { ensureBinaries } from '../cluster/build.mjs';
import { createCertificateAuthority, type ServerCertificateOptions } from '../support/certificates.ts';

export type ServerStats = {
  readonly connections: number;
  readonly requests: number;
  readonly cpuMicros: number;
};

export type BenchPolicyServer = {
  readonly url: string;
  /** File with the certificate authority to trust. */
  readonly caFile: string;
  stats(): Promise<ServerStats>;
  stop(): Promise<void>;
};

/**
 * Starts the Go policy server of test/cluster with a certificate of its own; it ends with this process. `flags` are what it
 * understands besides, and `names` those that its certificate is for.
 */
export async function startBenchPolicyServer(
  directory: string,
  flags: readonly string[] = [],
  names?: ServerCertificateOptions,
): Promise<BenchPolicyServer> {
  const { 'policy-server': binary } = await ensureBinaries(['policy-server']);
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issueServer(names);
  const files = {
    ca: join(directory, 'ca.crt'),
    cert: join(directory, 'tls.crt'),
    key: join(directory, 'tls.key'),
  };
  await Promise.all([
    writeFile(files.ca, authority.cert),
    writeFile(files.cert, cert),
    writeFile(files.key, key),
  ]);

  const child = spawn(binary, ['--cert', files.cert, '--key', files.key, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const dispatcher = new Agent({ connect: { ca: authority.cert } });
  return {
    url,
    caFile: files.ca,
    stats: async () => (await (await request(`${url}/stats`, { dispatcher })).body.json()) as ServerStats,
    stop: async () => {
      process.off('exit', kill);
      kill();
      await dispatcher.destroy();
    },
  };
}
