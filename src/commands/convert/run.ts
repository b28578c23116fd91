import { loadBaseline } from '../../assembly/index.ts';
import { BaselineBook } from '../../audit/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { readSavedResult, type SavedResult } from '../../sources/results/index.ts';
import { judge } from '../../verdict/index.ts';
import { loadOutputs } from '../scan/index.ts';
import { gatherReports } from './gather-reports.ts';
import type { ConvertConfig } from './options.ts';

/** `audit-scanner convert`. Resolves to the exit code; rejects with an AuditError for a file that cannot be used. */
export async function runConvert(
  { scan, file }: ConvertConfig,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const saved = await readSavedResult(file);
  const lacks = findLacks(saved, scan.display.filter.results);
  if (lacks !== undefined) throw lacks;
  const { outcome: savedOutcome, target, toolVersion } = saved;
  const baseline = await loadBaseline(scan, { io, signal, onNotice: () => undefined });
  const book = new BaselineBook(baseline && { baseline, target });
  const { openOutputs } = await loadOutputs();
  const outputs = await openOutputs(scan, io, { beforeWrite: () => undefined });
  try {
    for await (const report of gatherReports(saved.readReports())) {
      signal.throwIfAborted();
      const marked = book.apply(report);
      for (const sink of outputs.sinks) await sink.write(marked, signal);
    }
    const compared = book.compare(savedOutcome);
    const outcome = compared === undefined ? savedOutcome : { ...savedOutcome, baseline: compared };
    return await outputs.finish({ outcome, gate: judge(outcome, scan.gate, undefined), target, toolVersion });
  } catch (thrown) {
    await outputs.discard();
    throw thrown;
  }
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
