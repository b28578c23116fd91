// Finds or builds the programs that the cluster tests run against. Plain JavaScript without dependencies, so that it runs before
// anything is installed: `node test/cluster/build.mjs etcd kube-apiserver`.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const moduleDir = dirname(fileURLToPath(import.meta.url));
const kubernetesVersion = 'v1.37.2';
const flags = ['-trimpath', '-ldflags', `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`];
const packages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'policy-server': './cmd/policy-server',
};

/** Neither prebuilt binaries nor a Go that can build them. */
export class ClusterUnavailable extends Error {
  name = 'ClusterUnavailable';
}

/**
 * Returns the path of each program, from KUBEBUILDER_ASSETS, the cache, or a build (minutes, the first time).
 * @param {readonly string[]} names keys of `packages`
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<Record<string, string>>}
 */
export async function ensureBinaries(names, { log = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const found = {};
  for (const name of names) found[name] = prebuilt(name) ?? (await cached(name, log));
  return found;
}

function prebuilt(name) {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const path = assets ? join(assets, name) : undefined;
  return path && existsSync(path) ? path : undefined;
}

async function cached(name, log) {
  const directory = join(cacheRoot(), 'audit-scanner', 'cluster', fingerprint());
  const target = join(directory, name);
  if (existsSync(target)) return target;
  requireGo();
  mkdirSync(directory, { recursive: true });
  await withLock(`${target}.lock`, log, async () => {
    if (!existsSync(target)) await build(name, target, log);
  });
  return target;
}

function cacheRoot() {
  return process.env['AUDIT_SCANNER_CACHE'] || process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}

/** Everything that decides what comes out of a build. */
function fingerprint() {
  const hash = createHash('sha256').update(flags.join(' '));
  const sources = readdirSync(join(moduleDir, 'cmd', 'policy-server')).map((file) => join('cmd', 'policy-server', file));
  for (const file of ['go.mod', 'go.sum', 'tools.go', ...sources.sort()]) hash.update(readFileSync(join(moduleDir, file)));
  return hash.digest('hex').slice(0, 16);
}

function requireGo() {
  const { stdout = '' } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: moduleDir });
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  if (major === undefined || Number(major) * 1000 + Number(minor) < 1026) {
    const have = major === undefined ? 'there is no go on the PATH' : `this is ${stdout.trim()}`;
    throw new ClusterUnavailable(
      `a test cluster needs Go 1.26 or newer to build it (${have}), or KUBEBUILDER_ASSETS naming a folder with etcd and kube-apiserver`,
    );
  }
}

/** Two processes may want the same program at once: one builds, the other waits. A lock of a dead process is taken over. */
async function withLock(path, log, work) {
  for (let told = false; !tryLock(path); told = true) {
    if (!told) log(`waiting for another build (${path})`);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 30 * 60_000) {
      rmSync(path, { recursive: true, force: true });
    }
    await sleep(500);
  }
  const release = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function build(name, target, log) {
  log(`building ${name} from its Go module, once: this takes up to four minutes on two cores`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const ticker = setInterval(() => log(`still building ${name} (${seconds()} s)`), 30_000);
  const temporary = `${target}.${process.pid}`;
  const go = spawn('go', ['build', ...flags, '-o', temporary, packages[name]], {
    cwd: moduleDir,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  go.stderr.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-4000);
  });
  const code = await new Promise((resolve, reject) => go.on('error', reject).on('close', resolve));
  clearInterval(ticker);
  if (code !== 0) throw new Error(`go could not build ${name}:\n${complaint.split('\n').slice(-15).join('\n')}`);
  renameSync(temporary, target);
  log(`built ${name} in ${seconds()} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in packages));
  if (names.length === 0 || unknown.length > 0) {
    process.stderr.write(`usage: node test/cluster/build.mjs NAME...   (${Object.keys(packages).join(', ')})\n`);
    process.exitCode = 2;
  } else {
    const paths = await ensureBinaries(names);
    process.stdout.write(`${JSON.stringify(paths, undefined, 2)}\n`);
  }
}
