import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** Where the distroless Node images keep their interpreter; they have no shell and no `env`. */
const imageNode = '/nodejs/bin/node';

const loadable = /\.(?:[cm]?js|json|wasm)$/;
const licence = /^(?:licen[cs]e|notice|copying)/i;
const unusedFolders = new Set(['test', 'tests', '__tests__', 'benchmarks', 'examples']);
/** At any depth: what a specification is tested with. */
const unusedDeepFolders = new Set(['conformance', 'testdata']);

type LockedPackage = { readonly dev?: boolean; readonly optional?: boolean };

/**
 * Writes into the new folder `root` what the container image adds to its base: the built program with its runtime dependencies
 * under /app, and /audit-scanner in front of it. The image build and the image check both use it, so that what is checked is
 * what ships. `project` has to be installed and built.
 */
export async function stageImage(project: string, root: string): Promise<void> {
  const app = join(root, 'app');
  await mkdir(root, { mode: 0o755 });
  await stageProgram(project, app);
  await runOnImageNode(join(app, 'bin/audit-scanner.js'));
  await symlink('app/bin/audit-scanner.js', join(root, 'audit-scanner'));
}

/** Writes the built program with its runtime dependencies into the new folder `app`. `project` has to be installed and built. */
export async function stageProgram(project: string, app: string): Promise<void> {
  await makeFolder(app);
  for (const file of ['package.json', 'LICENSE']) await placeFile(join(project, file), join(app, file));
  for (const folder of ['bin', 'dist']) await copyTree(join(project, folder), join(app, folder), () => true);
  await copyTree(join(project, 'examples'), join(app, 'examples'), isPartOfDemo);
  for (const path of await runtimePackages(project)) {
    await copyTree(join(project, path), join(app, path), isUsedAtRunTime);
    if (path === clientNode) await leaveOutApiClient(join(app, path));
  }
  await chmod(join(app, 'bin/audit-scanner.js'), 0o755);
}

const clientNode = 'node_modules/@kubernetes/client-node';
const usedOfApiClient = "import { createConfiguration, ServerConfiguration, } from './gen/index.js';";

/**
 * All that the program takes of this package is how an OIDC token is renewed. That part reaches the generated client for the whole
 * Kubernetes API through two names, which are given without it: its models and calls are two thirds of what the image would hold.
 */
async function leaveOutApiClient(root: string): Promise<void> {
  if (!(await readFile(join(root, 'dist/config.js'), 'utf8')).includes(usedOfApiClient))
    throw new Error('@kubernetes/client-node uses something else of its generated client than it did');
  const generated = join(root, 'dist/gen');
  for (const folder of ['apis', 'models', 'types']) await rm(join(generated, folder), { recursive: true });
  const index = [
    "export { createConfiguration } from './configuration.js';",
    "export { ServerConfiguration } from './servers.js';",
  ];
  await writeFile(join(generated, 'index.js'), `${index.join('\n')}\n`);
}

/** The lock file, not node_modules, says what production needs; so nothing has to be uninstalled first. */
async function runtimePackages(project: string): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true)
    .map(([path]) => path)
    .filter((path) => !path.includes('node_modules/@types/'));
}

function isUsedAtRunTime(path: string): boolean {
  const [first = '', ...rest] = path.split(sep);
  const name = rest.at(-1) ?? first;
  if (first === 'node_modules' || (rest.length > 0 && unusedFolders.has(first))) return false;
  if (rest.slice(0, -1).some((folder) => unusedDeepFolders.has(folder))) return false;
  return loadable.test(name) || licence.test(name);
}

/** `audit-scanner demo` reads the manifests, the exceptions, the policies and the modules that were compiled from the sources. */
function isPartOfDemo(path: string): boolean {
  return ['manifests', 'policies', 'modules', 'exceptions.yaml'].includes(path.split(sep)[0] ?? '');
}

async function copyTree(from: string, to: string, isWanted: (path: string) => boolean): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.map((path) => path.slice(from.length + 1)).filter(isWanted)) {
    await placeFile(join(from, file), join(to, file));
  }
}

// Modes are set, not copied: those of a checkout depend on the user's umask.
async function placeFile(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await copyFile(from, to);
  await chmod(to, 0o644);
}

async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await chmod(folder, 0o755);
}

async function runOnImageNode(path: string): Promise<void> {
  const [shebang = '', ...lines] = (await readFile(path, 'utf8')).split('\n');
  if (!shebang.startsWith('#!')) throw new Error(`${path} does not begin with a #! line`);
  await writeFile(path, [`#!${imageNode}`, ...lines].join('\n'));
}

if (import.meta.main) {
  const root = process.argv[2];
  if (root === undefined)
    throw new Error('usage: node scripts/stage-image.ts ROOT (a folder that does not exist yet)');
  await stageImage(join(import.meta.dirname, '..'), root);
}
