import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';
import { childrenOf, parseGitlab, parseJunit } from '../../unit/reports/readers.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unstarted-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const files = {
  json: 'out.json',
  jsonl: 'out.jsonl',
  junit: 'out.xml',
  gitlab: 'gitlab.json',
  markdown: 'out.md',
  sarif: 'out.sarif',
  policyreport: 'reports.json',
} as const;

function outputs(): string[] {
  return Object.entries(files).flatMap(([format, file]) => ['-o', `${format}=${join(folder, file)}`]);
}

function read(format: keyof typeof files): Promise<string> {
  return readFile(join(folder, files[format]), 'utf8');
}

const starts: readonly [what: string, argv: readonly string[], exitCode: number, says: string][] = [
  [
    'the kubeconfig is missing',
    ['scan', '--kubeconfig', '/nonexistent/config'],
    4,
    'points to a file that does not exist',
  ],
  ['a flag is unknown', ['scan', '--no-such-flag'], 2, 'unknown flag --no-such-flag'],
  ['a value is wrong', ['scan', '--fail-on', 'hihg'], 2, 'hihg'],
  [
    'there is nothing to scan',
    ['scan', '.', '--policies', '/nonexistent/policies'],
    2,
    '/nonexistent/policies',
  ],
];

describe.each(starts)('when %s', (_what, argv, exitCode, says) => {
  it('the files that were asked for say that nothing was scanned, but SARIF and lists of reports', async () => {
    const { code, stdout } = await runInProcess([...argv, ...outputs()]);
    expect([code, stdout]).toEqual([exitCode, '']);
    const written = [files.json, files.jsonl, files.junit, files.gitlab, files.markdown];
    expect((await readdir(folder)).sort()).toEqual([...written].sort());

    const result = JSON.parse(await read('json')) as Record<string, unknown>;
    expect(result).toMatchObject({
      kind: 'AuditResult',
      complete: false,
      summary: { evaluations: 0 },
      gate: { result: 'none', passed: false, exitCode },
      results: [],
    });
    expect(JSON.stringify(result['incomplete'])).toContain(says);
    expect(JSON.parse(await read('jsonl'))).toMatchObject({ kind: 'Summary', gate: { result: 'none' } });

    const [suite] = parseJunit(await read('junit')).children;
    const [testCase] = childrenOf(suite!, 'testcase');
    expect(testCase?.attributes['name']).toBe('scan completed');
    const [error] = childrenOf(testCase!, 'error');
    expect(error?.attributes['message']).toBe('nothing was scanned');
    expect(await read('junit')).toContain(says);

    const [entry, ...others] = parseGitlab(await read('gitlab'));
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      check_name: 'audit-scanner/incomplete',
      location: { lines: { begin: 1 } },
    });
    expect(entry?.description).toMatch(/^Nothing was scanned: /);
    expect(entry?.description).toContain(says);
    expect(await read('markdown')).toMatch(/^## audit-scanner\n\n\*\*NOTHING SCANNED: /);
  });
});

it('a job of GitHub hears that there was no gate', async () => {
  const env = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  await runInProcess(['scan', '--kubeconfig', '/nonexistent/config', '-o', 'github'], { env });
  expect(await readFile(env.GITHUB_OUTPUT, 'utf8')).toContain('gate=none\n');
  expect(await readFile(env.GITHUB_STEP_SUMMARY, 'utf8')).toContain('NOTHING SCANNED');
});

describe('with --log-format json every line of stderr is JSON', () => {
  it.each([
    ['a scan that cannot start', ['--kubeconfig', '/nonexistent/config'], 4],
    ['wrong usage', ['--no-such-flag', '--fail-on', 'hihg'], 2],
    [
      'a finished scan',
      [
        'examples/manifests',
        '--policies',
        'examples/policies',
        '--offline',
        '-o',
        'json',
        '--progress',
        'plain',
      ],
      1,
    ],
  ])('of %s', async (_what, args, exitCode) => {
    const { code, stderr } = await runInProcess(['scan', ...args, '--log-format', 'json']);
    expect(code).toBe(exitCode);
    const lines = stderr.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.every(({ time, level }) => typeof time === 'string' && typeof level === 'string')).toBe(
      true,
    );
    if (exitCode === 1) expect(parsed.at(-1)).toMatchObject({ gate: 'failed', exitCode: 1 });
    else expect(String(parsed[0]?.['code'])).toMatch(/^AS-/);
  });
});
