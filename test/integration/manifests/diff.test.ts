import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';

import { aDocument, demo, plain } from '../../unit/reports/documents.ts';
import { renderJson } from '../../unit/sources/results/saved-files.ts';

const policies = [...new Set(demo.flatMap(({ results }) => results.map(({ policy }) => policy)))].map(
  (policy) => ({ policy, state: 'audited' as const, reason: undefined, notes: [] }),
);
const everything = { include: [], exclude: [] };
const seesAll = {
  policies,
  filters: {
    scope: { cluster: true, namespaces: 'all' as const },
    ignoreNamespaces: [],
    labelSelector: undefined,
    policies: everything,
    kinds: everything,
  },
};
const run = { runUid: 'another', startedAt: new Date('2026-11-25T02:00:00Z') };

const folder = await mkdtemp(join(tmpdir(), 'diff-'));
const [old, current] = [join(folder, 'old.json'), join(folder, 'new.json')];

beforeAll(async () => {
  await writeFile(old, renderJson(aDocument(demo.slice(1))));
  await writeFile(current, renderJson(aDocument(demo)));
});
afterAll(() => rm(folder, { recursive: true }));

it('finds no difference in one file, and says so', async () => {
  const { stdout } = await runInProcess(['diff', current, current]);
  expect(stdout).toContain('0 new, 0 changed, 0 fixed');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('are of one run');
});

it('writes everything for programs, and a page for a comment', async () => {
  const json = join(folder, 'diff.json');
  const { stdout } = await runInProcess(['diff', old, current, '-o', `json=${json}`, '-o', 'markdown']);
  expect(stdout).toContain('## audit-scanner diff');
  const document = JSON.parse(await readFile(json, 'utf8')) as { kind: string; entries: object[] };
  expect(document.kind).toBe('ResultDiff');
  expect(document.entries.length).toBeGreaterThan(0);
});

it.each([
  [['-', '-'], 'cannot both be -'],
  [[old], 'needs two saved results'],
  [[old, current, '-o', 'sarif'], 'cannot be written as sarif'],
])('refuses %j', async (words, text) => {
  const result = await runInProcess(['diff', ...words]);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain(text);
});

it('refuses a file that was cut short, and one of another tool', async () => {
  const [cut, foreign] = [join(folder, 'cut.json'), join(folder, 'foreign.json')];
  await writeFile(cut, renderJson(aDocument(demo)));
  await truncate(cut, 2000);
  await writeFile(foreign, '{"version":"2.1.0","runs":[]}');
  for (const [file, code] of [
    [cut, 'AS-2061'],
    [foreign, 'AS-2060'],
  ] as const) {
    const result = await runInProcess(['diff', file, current]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(code);
  }
});

it('takes two names for one target only if it is told so', async () => {
  const elsewhere = join(folder, 'elsewhere.json');
  const target = { context: 'other', server: 'https://other' };
  const document = aDocument(demo.slice(1), { outcome: { ...aDocument([]).outcome, ...seesAll } });
  await writeFile(elsewhere, renderJson(document, { ...plain, target }));
  const here = join(folder, 'here.json');
  await writeFile(here, renderJson(aDocument(demo, { outcome: { ...document.outcome, run } })));
  const apart = await runInProcess(['diff', elsewhere, here, '--exit-zero']);
  expect(apart.stdout).toContain('0 new, 0 changed, 0 fixed, 1 not looked at before');
  expect(apart.stdout.replaceAll(/\s+/g, ' ')).toContain('--same-target');
  const same = await runInProcess(['diff', elsewhere, here, '--same-target']);
  expect(same.stdout).toContain('1 new, 0 changed, 0 fixed, 0 not looked at before');
  expect(same.code).toBe(1);
});
