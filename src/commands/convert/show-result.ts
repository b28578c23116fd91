import { loadBaseline } from '../../assembly/index.ts';
import { openResultBook } from '../../audit/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import { type AuditOutcome, baselineFor, type ResourceReport, type RunTarget } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { judge } from '../../verdict/index.ts';
import { loadOutputs } from '../scan/index.ts';

/** What an earlier run has left, a report for each object. */
export type LeftResult = {
  readonly reports: AsyncIterable<ResourceReport>;
  /** What all of it comes to; asked for when all reports have been read. */
  readonly outcome: () => AuditOutcome;
  readonly target: RunTarget;
  readonly toolVersion: string;
};

type Parts = { readonly io: Io; readonly signal: AbortSignal };

/** Writes every output of what a run has left, compared with the baseline and judged as the flags have it. Resolves to the exit code. */
export async function showResult(
  result: LeftResult,
  scan: ScanConfig,
  { io, signal }: Parts,
): Promise<number> {
  const { reports, outcome: finish, target, toolVersion } = result;
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  const baseline = await loadBaseline(scan, { io, signal, onNotice });
  const book = openResultBook(baseline && { baseline: baselineFor(baseline, target), target });
  const { openOutputs } = await loadOutputs();
  const outputs = await openOutputs(scan, io, { beforeWrite: () => undefined });
  try {
    for await (const report of reports) {
      signal.throwIfAborted();
      const marked = book.apply(report);
      for (const sink of outputs.sinks) await sink.write(marked, signal);
    }
    const left = finish();
    const compared = book.compare(left);
    const outcome = compared === undefined ? left : { ...left, baseline: compared };
    return await outputs.finish({ outcome, gate: judge(outcome, scan.gate, undefined), target, toolVersion });
  } catch (thrown) {
    await outputs.discard();
    throw thrown;
  }
}
