import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { readSavedResult, type SavedResult } from '../../sources/results/index.ts';
import { gatherReports } from './gather-reports.ts';
import type { ConvertConfig } from './options.ts';
import { showResult } from './show-result.ts';

/** `audit-scanner convert`. Resolves to the exit code; rejects with an AuditError for a file that cannot be used. */
export async function runConvert(
  { scan, file }: ConvertConfig,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const saved = await readSavedResult(file);
  const lacks = findLacks(saved, scan.display.filter.results);
  if (lacks !== undefined) throw lacks;
  const { outcome, target, toolVersion } = saved;
  const reports = gatherReports(saved.readReports());
  return showResult({ reports, outcome: () => outcome, target, toolVersion }, scan, { io, signal });
}

/** What is asked for and cannot be known from the file. */
function findLacks({ path, kind, results }: SavedResult, asked: readonly string[]): AuditError | undefined {
  if (kind === 'baseline') {
    return new AuditError(
      errorCodes.savedResultLacks,
      `${path} is a baseline, which holds no results to show`,
      {
        facts: ['It is for comparing: --baseline of scan and of convert.'],
      },
    );
  }
  if (!asked.includes('pass') || results.includes('pass')) return undefined;
  return new AuditError(errorCodes.savedResultLacks, `${path} holds no passes, so they cannot be shown`, {
    tries: ['audit-scanner scan -o json=result.json --show all'],
  });
}
