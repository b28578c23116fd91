import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../../scripts/test-totals.ts');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-totals-'));
});

afterEach(() => rm(folder, { recursive: true }));

type File = { readonly status: string; readonly tests: readonly string[] };

async function report(name: string, success: boolean, files: readonly File[]): Promise<void> {
  const testResults = files.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  }));
  await writeFile(join(folder, name), JSON.stringify({ success, testResults }));
}

function totals(...names: string[]): { lastLine: string | undefined; exitCode: number | null } {
  const { stdout, status } = spawnSync(
    process.execPath,
    [script, ...names.map((name) => join(folder, name))],
    {
      encoding: 'utf8',
    },
  );
  return { lastLine: stdout.trimEnd().split('\n').at(-1), exitCode: status };
}

test('sums all runners', async () => {
  await report('a.json', true, [
    { status: 'passed', tests: ['passed', 'passed', 'skipped', 'todo'] },
    { status: 'passed', tests: ['passed'] },
  ]);
  await report('b.json', true, [{ status: 'passed', tests: ['passed', 'pending'] }]);
  expect(totals('a.json', 'b.json')).toEqual({ lastLine: '4 passed, 0 failed, 3 skipped', exitCode: 0 });
});

test('a failed test fails', async () => {
  await report('a.json', false, [{ status: 'failed', tests: ['passed', 'failed', 'failed'] }]);
  expect(totals('a.json')).toEqual({ lastLine: '1 passed, 2 failed, 0 skipped', exitCode: 1 });
});

test('a file that does not load counts as one failure', async () => {
  await report('a.json', false, [
    { status: 'passed', tests: ['passed'] },
    { status: 'failed', tests: [] },
  ]);
  expect(totals('a.json')).toEqual({ lastLine: '1 passed, 1 failed, 0 skipped', exitCode: 1 });
});

test('a run that failed outside of its files counts as one failure', async () => {
  await report('a.json', false, [{ status: 'passed', tests: ['passed'] }]);
  expect(totals('a.json')).toEqual({ lastLine: '1 passed, 1 failed, 0 skipped', exitCode: 1 });
});

test('a runner that ran no test fails', async () => {
  await report('a.json', true, [{ status: 'passed', tests: ['passed'] }]);
  await report('b.json', true, [{ status: 'passed', tests: ['skipped'] }]);
  expect(totals('a.json', 'b.json')).toEqual({ lastLine: '1 passed, 1 failed, 1 skipped', exitCode: 1 });
});

test('a runner that left no report fails', async () => {
  await report('a.json', true, [{ status: 'passed', tests: ['passed'] }]);
  expect(totals('a.json', 'missing.json')).toEqual({
    lastLine: '1 passed, 1 failed, 0 skipped',
    exitCode: 1,
  });
});

test('no runner at all fails', () => {
  expect(totals()).toEqual({ lastLine: '0 passed, 0 failed, 0 skipped', exitCode: 1 });
});
