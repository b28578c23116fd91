import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { toUnstartedDocument } from '../../../../src/reports/unstarted.ts';
import { readHistory } from '../../../../src/sources/results/saved-history.ts';
import { plain } from '../../reports/documents.ts';
import { clusterContext, filesContext } from '../../reports/findings.ts';
import { anEventfulDocument, renderJson, renderJsonl } from './saved-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What is read of a folder with these files. */
async function read(files: Readonly<Record<string, string>>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return readHistory(folder);
}

const document = anEventfulDocument();
const { outcome } = document;
const run = {
  runUid: outcome.run.runUid,
  finishedAt: outcome.finishedAt,
  complete: false,
  failBySeverity: outcome.totals.failBySeverity,
  error: 1,
  accepted: 1,
  filters: outcome.filters,
};

it('reads of each file what the run came to, by the names of the files', async () => {
  const entries = await read({
    'b.jsonl': renderJsonl(document, filesContext),
    'a.json': renderJson(document, clusterContext),
  });
  expect(entries).toEqual([
    { file: 'a.json', ...run, target: { mode: 'cluster', ...clusterContext.target } },
    { file: 'b.jsonl', ...run, target: { mode: 'files', context: undefined, server: undefined } },
  ]);
});

const json = renderJson(document, plain);
const errors = [new AuditError(errorCodes.listForbidden, 'not allowed to list policies')];
const at = new Date('2026-11-24T10:00:00Z');

it.each([
  ['was cut short', json.slice(0, -300), 'it was cut short: its end is missing'],
  ['is empty', '', 'it is not a result of audit-scanner: it is empty'],
  [
    'is of a newer version',
    json.replace('io/v1"', 'io/v2"'),
    'it was saved by a newer version of audit-scanner, in the format audit-scanner.kubewarden.io/v2',
  ],
  [
    'is of a run that did not start',
    renderJson(toUnstartedDocument({ errors, exitCode: 4, failOn: 'any', runUid: 'run-1', at })),
    'nothing was scanned in that run',
  ],
])('names a file that %s beside those that can be used', async (_name, content, unreadable) => {
  const entries = await read({ 'a.json': content, 'b.json': json });
  expect(entries).toEqual([
    { file: 'a.json', unreadable },
    expect.objectContaining({ file: 'b.json', ...run }),
  ]);
});

it('leaves alone what is no result by its name, and folders', async () => {
  await mkdir(join(folder, 'deeper.json'));
  expect(await read({ 'report.html': '<p>', 'README.md': '' })).toEqual([]);
});

it.each([
  ['is not there', 'gone'],
  ['is a file', 'a.json'],
])('refuses a folder that %s', async (_name, name) => {
  await read({ 'a.json': json });
  await expect(readHistory(join(folder, name))).rejects.toMatchObject({
    code: errorCodes.historyUnreadable,
    message: expect.stringContaining(`cannot read --history ${join(folder, name)}: `) as string,
  });
});
