// Finds or builds the programs that the cluster tests run against. Plain JavaScript without dependencies, so that it runs before
// anything is installed: `node test/cluster/build.mjs etcd kube-apiserver`.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../support/build-cache.mjs';

const moduleDir = dirname(fileURLToPath(import.meta.url));
const kubernetesVersion = 'v1.37.2';
const flags = [
  '-trimpath',
  '-ldflags',
  `-s -w -X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
];
const heartbeatMs = 2_000;
const staleLockMs = 30_000;
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
  const directory = join(cacheFolder('cluster'), fingerprint(packages[name]));
  const target = join(directory, name);
  if (existsSync(target)) return target;
  requireGo();
  mkdirSync(directory, { recursive: true });
  await withLock(`${target}.lock`, log, async () => {
    if (!existsSync(target)) await build(name, target, log);
  });
  return target;
}

/** Everything that decides what comes out of a build; our own programs are measured, so the compiler counts for them too. */
function fingerprint(goPackage) {
  const hash = createHash('sha256').update([process.platform, process.arch, ...flags].join('\0'));
  const files = ['go.mod', 'go.sum', 'tools.go'];
  if (goPackage.startsWith('./')) {
    hash.update(requireGo());
    files.push(
      ...readdirSync(join(moduleDir, goPackage))
        .sort()
        .map((file) => join(goPackage, file)),
    );
  }
  for (const file of files) hash.update(readFileSync(join(moduleDir, file)));
  return hash.digest('hex').slice(0, 16);
}

/** @returns {string} the version of the Go that would build, e.g. `go1.26.0` */
function requireGo() {
  const { error, stdout, stderr } = spawnSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    cwd: moduleDir,
    env: goEnvironment(),
  });
  const version = stdout?.trim() ?? '';
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major !== undefined && Number(major) * 1000 + Number(minor) >= 1026) return version;
  const problem = error ? 'there is no go on the PATH' : lastLines(stderr, 1) || '`go env` failed';
  const have = version ? `this is ${version}` : problem;
  throw new ClusterUnavailable(
    `a test cluster needs Go 1.26 or newer to build it (${have}), or KUBEBUILDER_ASSETS naming a folder with etcd and kube-apiserver`,
  );
}

function goEnvironment() {
  return { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };
}

function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Two processes may want the same program at once: one builds, the other waits. The one that builds keeps touching its lock, so
 * that the lock of a killed process is known by its age. Should two ever build at once, both rename the same program into place.
 */
async function withLock(path, log, work) {
  for (let told = false; !tryLock(path); told = true) {
    if (!told) log(`waiting for another process that builds (${path})`);
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (touched !== undefined && Date.now() - touched > staleLockMs) release(path);
    else await sleep(500);
  }
  const onExit = () => release(path);
  process.once('exit', onExit);
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', onExit);
    release(path);
  }
}

function release(path) {
  rmSync(path, { recursive: true, force: true });
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken over by another process while this one was suspended.
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
  log(`building ${name} with Go, once: this can take minutes`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const ticker = setInterval(() => log(`still building ${name} (${seconds()} s)`), 30_000);
  const temporary = `${target}.${process.pid}`;
  try {
    await goBuild(name, temporary);
    renameSync(temporary, target);
  } finally {
    clearInterval(ticker);
    rmSync(temporary, { force: true });
  }
  log(`built ${name} in ${seconds()} s`);
}

async function goBuild(name, output) {
  const go = spawn('go', ['build', ...flags, '-o', output, packages[name]], {
    cwd: moduleDir,
    env: goEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  go.stderr.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-4000);
  });
  const code = await new Promise((resolve, reject) => go.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`go could not build ${name}:\n${lastLines(complaint, 15)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in packages));
  if (names.length === 0 || unknown.length > 0) {
    process.stderr.write(
      `usage: node test/cluster/build.mjs NAME...   (${Object.keys(packages).join(', ')})\n`,
    );
    process.exitCode = 2;
  } else {
    try {
      process.stdout.write(`${JSON.stringify(await ensureBinaries(names), undefined, 2)}\n`);
    } catch (error) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
  }
}
