import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stageImage } from '../../../scripts/stage-image.ts';

let folder = '';
let project = '';
let root = '';

const lock = {
  packages: {
    '': {},
    'node_modules/used': {},
    'node_modules/@scope/used': {},
    'node_modules/@kubernetes/client-node': {},
    'node_modules/used/node_modules/nested': {},
    'node_modules/@types/used': {},
    'node_modules/linter': { dev: true },
    'node_modules/for-another-platform': { optional: true },
  },
};

const files = {
  'package.json': '{}',
  'package-lock.json': JSON.stringify(lock),
  LICENSE: 'licence',
  'bin/audit-scanner.js': '#!/usr/bin/env node\nimport "../dist/cli/main.js";\n',
  'dist/cli/main.js': 'main',
  'examples/manifests/a.yaml': 'manifest',
  'examples/modules/a.wasm': 'module',
  'examples/sources/a.ts': 'source',
  'src/cli/main.ts': 'source',
  'test/a.test.ts': 'test',
  'node_modules/used/package.json': '{}',
  'node_modules/used/LICENCE.md': 'licence',
  'node_modules/used/README.md': 'readme',
  'node_modules/used/lib/index.js': 'code',
  'node_modules/used/lib/index.js.map': 'map',
  'node_modules/used/lib/index.d.ts': 'types',
  'node_modules/used/lib/test/index.js': 'a module of that name, not a test',
  'node_modules/used/test/index.js': 'test',
  'node_modules/used/dist/conformance/test/cases.js': 'test',
  'node_modules/used/prebuilds/linux-x64/native.node': 'machine code',
  'node_modules/used/node_modules/nested/index.cjs': 'code',
  'node_modules/used/node_modules/extraneous/index.js': 'nobody asked for it',
  'node_modules/@scope/used/index.mjs': 'code',
  'node_modules/@kubernetes/client-node/dist/config.js':
    "import { createConfiguration, ServerConfiguration, } from './gen/index.js';",
  'node_modules/@kubernetes/client-node/dist/gen/index.js': "export * from './models/all.js';",
  'node_modules/@kubernetes/client-node/dist/gen/apis/a.js': 'code',
  'node_modules/@kubernetes/client-node/dist/gen/models/all.js': 'code',
  'node_modules/@kubernetes/client-node/dist/gen/types/a.js': 'code',
  'node_modules/@types/used/package.json': '{}',
  'node_modules/linter/index.js': 'code',
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stage-image-'));
  project = join(folder, 'project');
  root = join(folder, 'rootfs');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
  }
});

afterEach(() => rm(folder, { recursive: true }));

async function stagedFiles(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

test('stages the program, its runtime dependencies and their licences, and nothing else', async () => {
  await stageImage(project, root);
  expect(await stagedFiles()).toEqual([
    'app/LICENSE',
    'app/bin/audit-scanner.js',
    'app/dist/cli/main.js',
    'app/examples/manifests/a.yaml',
    'app/examples/modules/a.wasm',
    'app/node_modules/@kubernetes/client-node/dist/config.js',
    'app/node_modules/@kubernetes/client-node/dist/gen/index.js',
    'app/node_modules/@scope/used/index.mjs',
    'app/node_modules/used/LICENCE.md',
    'app/node_modules/used/lib/index.js',
    'app/node_modules/used/lib/test/index.js',
    'app/node_modules/used/node_modules/nested/index.cjs',
    'app/node_modules/used/package.json',
    'app/package.json',
    'audit-scanner',
  ]);
});

test('refuses an API client of which more is used than is staged', async () => {
  await writeFile(
    join(project, 'node_modules/@kubernetes/client-node/dist/config.js'),
    'import something else',
  );
  await expect(stageImage(project, root)).rejects.toThrow('uses something else of its generated client');
});

test('puts an executable at /audit-scanner that needs neither a shell nor env', async () => {
  await stageImage(project, root);
  expect(await readlink(join(root, 'audit-scanner'))).toBe('app/bin/audit-scanner.js');
  expect(await readFile(join(root, 'audit-scanner'), 'utf8')).toBe(
    '#!/nodejs/bin/node\nimport "../dist/cli/main.js";\n',
  );
});

test('sets the same modes whatever those of the checkout are', async () => {
  await chmod(join(project, 'dist/cli/main.js'), 0o666);
  await chmod(join(project, 'dist/cli'), 0o700);
  await chmod(join(project, 'bin/audit-scanner.js'), 0o600);
  await stageImage(project, root);

  const modeOf = async (path: string): Promise<string> =>
    ((await stat(join(root, path))).mode & 0o7777).toString(8);
  expect(await modeOf('app/dist/cli/main.js')).toBe('644');
  expect(await modeOf('app/dist/cli')).toBe('755');
  expect(await modeOf('app/bin/audit-scanner.js')).toBe('755');
  expect(await modeOf('app')).toBe('755');
});

test('does not mix with what is there already', async () => {
  await mkdir(root);
  await expect(stageImage(project, root)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('refuses a program without a #! line, because it could not be started', async () => {
  await writeFile(join(project, 'bin/audit-scanner.js'), 'import "../dist/cli/main.js";\n');
  await expect(stageImage(project, root)).rejects.toThrow('does not begin with a #! line');
});
