// Runs the kube-proxy test inside a network namespace of its own, which disappears with the last process in it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ClusterUnavailable, ensureBinaries } from '../cluster/build.mjs';

const log = (line: string): boolean => process.stderr.write(`${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const reason = missing() ?? (await unbuildable());
  if (reason !== undefined) {
    const isRequired = process.env['CI'] === 'true';
    log(`\n${isRequired ? 'FAILED' : 'SKIPPED'}: the kube-proxy test: ${reason}\n`);
    return isRequired ? 1 : 0;
  }
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const { status } = spawnSync('unshare', ['--net', process.execPath, vitest, 'run', '--config', config], {
    stdio: 'inherit',
  });
  return status ?? 1;
}

/** What the test needs of the machine and does not find, or undefined. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it has to run as root, for a network namespace';
  for (const [program, argument, debianPackage] of [
    ['unshare', '--version', 'util-linux'],
    ['ip', '-Version', 'iproute2'],
    ['nft', '--version', 'nftables'],
  ] as const) {
    const { error } = spawnSync(program, [argument]);
    if (error !== undefined) return `${program} is not here: apt-get install ${debianPackage}`;
  }
  const balance = 'ip daddr 10.96.0.1 dnat to numgen random mod 2 map { 0 : 10.244.0.11, 1 : 10.244.0.12 }';
  const ruleset = [
    'add table ip probe',
    'add chain ip probe c { type nat hook output priority -100; }',
    `add rule ip probe c ${balance}`,
  ].join('; ');
  const probe = spawnSync('unshare', ['--net', 'nft', ruleset], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : `no nftables NAT in a network namespace: ${probe.stderr.trim()}`;
}

/** Builds what is not built yet: inside the namespace there is no way to the Go module proxy. */
async function unbuildable(): Promise<string | undefined> {
  try {
    await ensureBinaries(['etcd', 'kube-apiserver', 'kube-proxy'], { log });
    return undefined;
  } catch (error) {
    if (error instanceof ClusterUnavailable) return error.message;
    throw error;
  }
}
