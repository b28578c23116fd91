import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditError, compareText, errorCodes } from '../../domain/index.ts';
import { type EarlierRun, type HistoryEntry, isUnstarted } from '../../reports/index.ts';
import { describeSystemError } from '../../system/index.ts';
import { readSavedResult, type SavedResult } from './saved-result.ts';

/**
 * The earlier runs whose results were saved in a folder, one for each of its .json and .jsonl files; what lies deeper is not looked at.
 * A file that cannot be used is in the list, with the reason. Rejects with `historyUnreadable` where the folder cannot be read.
 */
export async function readHistory(folder: string): Promise<readonly HistoryEntry[]> {
  const files = (await listFolder(folder))
    .filter((entry) => !entry.isDirectory() && /\.jsonl?$/i.test(entry.name))
    .map(({ name }) => name)
    .sort(compareText);
  const entries: HistoryEntry[] = [];
  // One after another: each may be large, and only its totals are kept.
  for (const file of files) entries.push(await readEntry(folder, file));
  return entries;
}

async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    throw new AuditError(
      errorCodes.historyUnreadable,
      `cannot read --history ${folder}: ${describeSystemError(thrown)}`,
      {
        facts: ['It has to be a folder with results of earlier runs. It may be empty.'],
        tries: [`mkdir -p ${folder}`],
        cause: thrown,
      },
    );
  }
}

async function readEntry(folder: string, file: string): Promise<HistoryEntry> {
  const path = join(folder, file);
  try {
    return toEntry(file, await readSavedResult(path));
  } catch (thrown) {
    if (!(thrown instanceof AuditError)) throw thrown;
    // A page goes to many readers: the file is named beside it, and where the folder lies is nobody's business.
    return { file, unreadable: thrown.message.replaceAll(path, 'it') };
  }
}

function toEntry(file: string, saved: SavedResult): HistoryEntry {
  // Nothing failed in it, because nothing was looked at: that is no point of a course.
  return isUnstarted(saved)
    ? { file, unreadable: 'nothing was scanned in that run' }
    : toEarlierRun(file, saved);
}

function toEarlierRun(file: string, { outcome, target }: SavedResult): EarlierRun {
  const { run, finishedAt, complete, totals, filters } = outcome;
  const { context, server, paths } = target;
  return {
    file,
    runUid: run.runUid,
    finishedAt,
    complete,
    failBySeverity: totals.failBySeverity,
    error: totals.results.error,
    accepted: totals.accepted,
    target: { mode: paths === undefined ? 'cluster' : 'files', context, server },
    filters,
  };
}
