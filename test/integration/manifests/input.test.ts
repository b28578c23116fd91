import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliResult } from '../../support/cli.ts';
import { runInProcess } from '../../support/in-process.ts';

/* What becomes of the files below a path, as every output tells it. */

const root = join(import.meta.dirname, '../../..');
const cases = join(root, 'test/fixtures/cases');
const module = pathToFileURL(join(root, 'examples/modules/required-labels.wasm')).href;
const policy = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: team}
spec:
  module: ${module}
  mutating: false
  settings: {labels: [team]}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]
`;
const configMap = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {team: a}}\n${rest}`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'input-'));
  await write({ 'policy.yaml': policy });
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => rm(join(folder, 'in'), { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

function scan(path: string, ...args: readonly string[]): Promise<CliResult> {
  return runInProcess(['scan', path, '--policies', join(folder, 'policy.yaml'), ...args]);
}

describe('the cases', () => {
  it.each([
    ['links/folder', ['x/configmaps/hidden', 'x/configmaps/linked']],
    ['streams/back-to-back.json', ['x/configmaps/one', 'x/configmaps/two']],
    ['streams/bom.yaml', ['x/configmaps/one', 'x/configmaps/two']],
    ['streams/utf-16.yaml', ['x/configmaps/one', 'x/configmaps/two']],
    ['streams/duplicate-key.yaml', ['x/configmaps/one']],
  ])('of %s are audited whole', async (path, names) => {
    const { code, stdout } = await scan(join(cases, path), '-o', 'name');
    expect({ code, names: stdout.split('\n').filter((line) => line.startsWith('x/')) }).toEqual({
      code: 1,
      names,
    });
  });
});

describe('what is left out, and what is read with a warning', () => {
  const files = {
    'in/a.yaml': configMap('a', 'data: {k: "1", k: "2"}\n'),
    'in/README.md': '# in\n',
    'in/NOTES.txt': 'none\n',
    'in/values.yaml': 'size: 1\n',
    'in/old/b.yaml': configMap('b'),
    'in/.auditignore': 'old/\n',
  };

  it('does not change the exit code', async () => {
    await write(files);
    expect(await scan(join(folder, 'in'))).toMatchObject({ code: 0 });
  });

  it.each([
    ['table', ['in (2): not a .yaml, .yml or .json file', 'the key "k" is repeated', 'AS-2020']],
    ['json', ['"reason":"not a .yaml, .yml or .json file","count":2', '"line":4', 'AS-2020']],
    ['markdown', ['left out: ', 'is repeated in its mapping', 'AS-2020']],
    ['sarif', ['left out: ', 'the key', 'AS-2020', '"level": "warning"', '"level": "note"']],
    ['junit', ['<property name="left-out"', '<property name="warnings"', 'AS-2020']],
    ['gitlab', ['audit-scanner/input', '"begin": 4', 'AS-2020']],
    ['github', ['::warning file=', 'line=4', 'AS-2020']],
  ])('is in %s', async (format, said) => {
    await write(files);
    const { code, stdout } = await scan(join(folder, 'in'), '-o', format);
    expect(code).toBe(0);
    const text = format === 'json' ? JSON.stringify(JSON.parse(stdout)) : stdout;
    for (const part of said) expect(text).toContain(part);
    expect(text).not.toContain('configmaps/b');
  });

  it('is summed up by folder and reason', async () => {
    await write(files);
    const { stdout } = await scan(join(folder, 'in'), '-o', 'json', '--exclude', '*.txt');
    const { coverage } = JSON.parse(stdout.replaceAll(`${folder}/`, '')) as { coverage: { input: object } };
    expect(coverage.input).toEqual({
      objects: 1,
      leftOut: [
        { path: 'in/NOTES.txt', reason: 'left out by *.txt (--exclude)', count: 1 },
        { path: 'in/README.md', reason: 'not a .yaml, .yml or .json file', count: 1 },
        { path: 'in/old', reason: 'left out by old/ (in/.auditignore)', count: 1 },
        { path: 'in/values.yaml', reason: 'no apiVersion and kind', count: 1 },
      ],
      warnings: [
        {
          code: 'AS-2020',
          message: 'the key "k" is repeated in its mapping; the last one counts',
          path: 'in/a.yaml',
          line: 4,
          column: 16,
          template: null,
        },
      ],
    });
  });
});

describe('nothing to scan', () => {
  it.each([
    ['no manifest', { 'in/README.md': '' }, 'AS-2010'],
    [
      'nothing that a policy is about',
      { 'in/a.yaml': configMap('a').replace('ConfigMap', 'Secret') },
      'AS-2012',
    ],
  ])('is no pass where there is %s, unless that is fine', async (_, files, code) => {
    await write(files);
    const refused = await scan(join(folder, 'in'));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(code)]);
    expect(refused.stderr).toContain('--allow-empty');
    const allowed = await scan(join(folder, 'in'), '--allow-empty', '-o', 'json');
    expect(allowed.code).toBe(0);
    expect(JSON.parse(allowed.stdout)).toMatchObject({ complete: true, results: [] });
  });

  it('says what was left out', async () => {
    await write({ 'in/a.yaml': configMap('a') });
    const { stderr } = await scan(join(folder, 'in'), '--exclude', 'a.*');
    expect(stderr).toContain('left out by a.* (--exclude)');
  });

  it('does not cover policies that are not there, nor what could not be read', async () => {
    await write({ 'in/a.yaml': 'a: [\n', 'none.yaml': '' });
    expect(await scan(join(folder, 'in'), '--allow-empty')).toMatchObject({ code: 3 });
    await write({ 'in/a.yaml': configMap('a') });
    const run = await runInProcess([
      'scan',
      join(folder, 'in'),
      '--policies',
      join(folder, 'none.yaml'),
      '--allow-empty',
    ]);
    expect(run).toMatchObject({ code: 2 });
  });
});

describe('-n', () => {
  it.each([
    [['-A'], 'with files, -A has no meaning'],
    [['-n', 'a,b'], 'with files, -n takes one namespace'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await scan('in', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('is the namespace of what names none, and selects nothing', async () => {
    await write({
      'in/a.yaml': `${configMap('a')}---\n${configMap('b').replace('name: b', 'name: b, namespace: other')}`,
    });
    const flags = ['-n', 'shop', '--show', 'all', '-o', 'name'];
    expect((await scan(join(folder, 'in'), ...flags)).stdout).toContain(
      'other/configmaps/b\nshop/configmaps/a\n',
    );
    const some = await scan(join(folder, 'in'), ...flags, '--exclude-namespaces', 'other');
    expect(some.stdout).toContain('shop/configmaps/a\n');
    expect(some.stdout).not.toContain('other/configmaps/b');
  });
});
