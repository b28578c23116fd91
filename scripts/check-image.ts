/*
 * Shows without a container engine what the image does: builds it from the files that a container engine would get, stages its root file
 * system the way the Dockerfile does, looks at every file in it, puts a Node where the base image has one, and runs /audit-scanner there
 * as uid 65532, read-only and without network.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { type Dirent, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { copyBuildContext } from './build-context.ts';

const project = join(import.meta.dirname, '..');
const user = '65532:65532';
/** What the base image is known to hold; said here again, so that a wrong path in the staging does not prove itself. */
const baseNode = '/nodejs/bin/node';
const problems: string[] = [];

function expect(holds: boolean, problem: string): void {
  if (!holds) problems.push(problem);
}

type Instruction = { readonly keyword: string; readonly value: string };

/** The instructions of all stages, continuation lines joined. */
function parseDockerfile(text: string): readonly Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [keyword = '', ...words] = line.trim().split(/\s+/);
      return { keyword: keyword.toUpperCase(), value: words.join(' ') };
    });
}

function checkDockerfile(instructions: readonly Instruction[]): Record<string, string> {
  const final = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'));
  const valuesOf = (keyword: string): string[] =>
    final.filter((each) => each.keyword === keyword).map(({ value }) => value);
  const known = new Set(['FROM', 'ARG', 'LABEL', 'COPY', 'ENV', 'USER', 'WORKDIR', 'ENTRYPOINT']);

  for (const { keyword } of final) {
    expect(known.has(keyword), `Dockerfile: the final stage has ${keyword}, which this check cannot follow`);
  }
  expect(
    instructions.some(({ value }) => value === 'npm run build && node scripts/stage-image.ts /rootfs'),
    'Dockerfile: the build stage does something else than this check',
  );
  expect(
    valuesOf('COPY').join() === '--from=build /rootfs/ /',
    'Dockerfile: the final stage copies something else than /rootfs/',
  );
  expect(valuesOf('USER').join() === user, `Dockerfile: the user is not ${user}`);
  expect(
    valuesOf('ENTRYPOINT').join() === '["/audit-scanner"]',
    'Dockerfile: the entry point is not /audit-scanner',
  );

  const majors = instructions
    .filter(({ keyword, value }) => keyword === 'ARG' && value.includes('_IMAGE='))
    .map(({ value }) => /node(?:js)?:?(\d+)/.exec(value)?.[1]);
  const here = process.versions.node.split('.')[0];
  expect(
    majors.length === 2 && majors.every((major) => major === here),
    `Dockerfile: the images are of Node ${majors.join(' and ')}, this check runs on Node ${here}`,
  );
  return Object.fromEntries(
    valuesOf('ENV').map((value): [string, string] => {
      const equals = value.indexOf('=');
      return [value.slice(0, equals), value.slice(equals + 1).replaceAll('"', '')];
    }),
  );
}

/** What the build stage does, with the packages of this checkout. */
async function buildImage(folder: string, root: string): Promise<void> {
  const context = join(folder, 'context');
  await copyBuildContext(project, context);
  await symlink(join(project, 'node_modules'), join(context, 'node_modules'));
  const options = { cwd: context, stdio: 'inherit' } as const;
  execFileSync('npm', ['run', '--silent', 'build'], options);
  execFileSync(process.execPath, ['scripts/stage-image.ts', root], options);
}

async function checkContent(root: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const sizes = new Map<string, number>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    if (entry.isSymbolicLink()) {
      expect(name === 'audit-scanner', `/${name} is a link`);
      continue;
    }
    const { size, mode, uid } = await stat(path);
    const expected = entry.isDirectory() || name === 'app/bin/audit-scanner.js' ? 0o755 : 0o644;
    expect((mode & 0o7777) === expected, `/${name} has mode ${(mode & 0o7777).toString(8)}`);
    expect(uid === process.getuid?.(), `/${name} belongs to ${uid}`);
    await checkFile(entry, name);
    const part = name.split('/').slice(0, 2).join('/');
    if (entry.isFile()) sizes.set(part, (sizes.get(part) ?? 0) + size);
  }
  checkPackages(
    entries
      .filter((entry) => entry.name === 'package.json')
      .map(({ parentPath }) => relative(root, parentPath)),
  );
  printSizes(sizes);
}

/** What the page for browsers is made of: all but what Node reads it with. */
function runsInBrowser(path: string): boolean {
  return dirname(path) === 'page' && !['index.js', 'files.js'].includes(basename(path));
}

async function checkFile(entry: Dirent, name: string): Promise<void> {
  expect(
    !entry.isFile() ||
      /(?:\.(?:[cm]?js|json|wasm)|^app\/dist\/page\/.*\.css|^app\/examples\/.*\.yaml|\/(?:licen[cs]e|notice|copying)[^/]*)$/i.test(
        name,
      ),
    `/${name} is neither code that Node loads nor a licence`,
  );
  expect(!/(?:\.test\.|(?:^|\/)(?:tests?|__tests__)\/[^/]*$)/.test(name), `/${name} is a test`);
  if (!entry.isFile()) return;
  const file = await open(join(entry.parentPath, entry.name));
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  await file.close();
  expect(
    buffer.toString('latin1') !== '\x7fELF',
    `/${name} is machine code, so one build cannot serve every platform`,
  );
}

/** What works without it: npm lists it, and the image is staged without. */
function isOptional(folder: string): boolean {
  const lock: unknown = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const { packages } = lock as {
    readonly packages: Readonly<Record<string, { readonly optional?: boolean }>>;
  };
  return packages[relative('app', folder)]?.optional === true;
}

/** npm's own view of what production needs, as a second opinion on the lock file. */
function checkPackages(folders: readonly string[]): void {
  const needed = execFileSync('npm', ['ls', '--package-lock-only', '--omit=dev', '--all', '--parseable'], {
    cwd: project,
    encoding: 'utf8',
  });
  const expected = new Set(
    needed
      .trim()
      .split('\n')
      .map((path) => join('app', relative(project, path))),
  );
  for (const folder of folders.filter((path) => !expected.has(path))) {
    const outer = folder.slice(0, folder.lastIndexOf('node_modules'));
    // A package.json inside a package marks a folder as ESM or CommonJS and is no package.
    const isMarker = [...expected].some(
      (path) => path.startsWith(`${outer}node_modules`) && folder.startsWith(`${path}/`),
    );
    expect(isMarker, `/${folder} is not needed at run time`);
  }
  for (const folder of expected) {
    const isThere = folders.includes(folder) || folder.includes('node_modules/@types/') || isOptional(folder);
    expect(isThere, `/${folder} is missing`);
  }
}

function printSizes(sizes: ReadonlyMap<string, number>): void {
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1).padStart(6)} MiB`;
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  for (const [part, size] of [...sizes].filter(([, bytes]) => bytes > 2 ** 17))
    console.log(`${mebibytes(size)}  /${part}`);
  console.log(`${mebibytes(total)}  in all, without the base image`);
}

/** Puts this Node and the libraries that it loads where the base image has them. */
async function addNode(root: string): Promise<void> {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  const files = new Map([[baseNode, process.execPath]]);
  for (const [, path] of libraries.matchAll(/(\/\S+) \(0x/g)) if (path !== undefined) files.set(path, path);
  for (const [to, from] of files) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(from, join(root, to));
  }
}

type Run = (...argv: readonly string[]) => { status: number | null; stdout: string; stderr: string };

function isolatedRun(root: string, environment: Record<string, string>): Run {
  const enter =
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot --userspec="$RUN_AS" --groups= "$0" "$@"';
  return (...argv) =>
    spawnSync('unshare', ['--mount', '--net', 'sh', '-c', `RUN_AS=${user}; ${enter}`, root, ...argv], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...environment },
    });
}

async function checkRuns(root: string, run: Run, environment: Record<string, string>): Promise<void> {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    version: string;
  };
  const shown = run('/audit-scanner', 'version');
  expect(
    shown.status === 0 && shown.stdout.includes(version) && shown.stderr === '',
    `/audit-scanner version ended with ${shown.status}: ${shown.stdout}${shown.stderr}`,
  );
  console.log(`/audit-scanner version: ${shown.stdout.trim()}`);

  // Worker threads, and the policies that run in them, as far as they go without a network and without a place to write.
  const demo = run('/audit-scanner', 'demo');
  expect(
    demo.status === 0 && demo.stdout.includes(' evaluations in '),
    `/audit-scanner demo ended with ${demo.status}: ${demo.stdout}${demo.stderr}`,
  );

  const modules = (await readdir(join(root, 'app/dist'), { recursive: true })).filter(
    (path) => path.endsWith('.js') && !path.endsWith(join('threads', 'entry.js')) && !runsInBrowser(path),
  );
  // What is loaded only where it is needed, and of what is staged in part.
  const load = `await import('/app/node_modules/@kubernetes/client-node/dist/oidc_auth.js');
    for (const path of ${JSON.stringify(modules)}) await import('/app/dist/' + path);
    console.log(process.getuid() + ':' + process.getgid(), v8.getHeapStatistics().heap_size_limit);`;
  const loaded = run(baseNode, '--input-type=module', '--eval', `import v8 from 'node:v8'; ${load}`);
  expect(loaded.status === 0, `not every module loads: ${loaded.stderr}`);
  const [ranAs, heapLimit] = loaded.stdout.trim().split(' ');
  expect(ranAs === user, `it ran as ${ranAs}`);
  const options = environment['NODE_OPTIONS'] ?? '';
  const [oldMiB, semiMiB] = ['old-space', 'semi-space'].map((space) =>
    Number(new RegExp(`--max-${space}-size=(\\d+)`).exec(options)?.[1]),
  );
  // The young generation is three semi-spaces.
  expect(
    Number(heapLimit) <= ((oldMiB ?? NaN) + 3 * (semiMiB ?? NaN)) * 2 ** 20,
    `the heap may grow to ${heapLimit} bytes, against NODE_OPTIONS`,
  );

  const written = run(baseNode, '--eval', "fs.writeFileSync('/app/written', '')");
  expect(written.status !== 0, 'the program can write to its own root file system');
}

const folder = await mkdtemp(join(tmpdir(), 'audit-scanner-image-'));
try {
  const root = join(folder, 'rootfs');
  const environment = checkDockerfile(parseDockerfile(await readFile(join(project, 'Dockerfile'), 'utf8')));
  await buildImage(folder, root);
  await checkContent(root);
  if (spawnSync('unshare', ['--mount', '--net', 'true']).status === 0) {
    await addNode(root);
    await checkRuns(root, isolatedRun(root, environment), environment);
  } else {
    const message = 'the image was not run: that needs Linux and root (unshare, chroot)';
    expect(process.env['CI'] === undefined, message);
    console.warn(`WARNING: ${message}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
for (const problem of problems) console.error(`error: ${problem}`);
console.log(problems.length === 0 ? 'The image is as it should be.' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
