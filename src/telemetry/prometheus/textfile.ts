import { AuditError, errorCodes } from '../../domain/index.ts';
import { OutputFile } from '../../host/index.ts';
import { describeSystemError, readRegularFile } from '../../system/index.ts';
import { lastCompleteRun } from '../index.ts';

/** What a file of ours may grow to at most, many times over. */
const maxBytes = 16 * 2 ** 20;

/**
 * When the last complete run ended, as the file of the run before has it; undefined where it does not say. An incomplete run takes the
 * place of that file, and the time has to outlive it. Never rejects.
 */
export async function readLastCompleteRun(path: string): Promise<Date | undefined> {
  try {
    const text = (await readRegularFile(path, { maxBytes })).toString('utf8');
    const [, seconds] = new RegExp(`^${lastCompleteRun} ([\\d.e+]+)$`, 'm').exec(text) ?? [];
    const at = seconds === undefined ? Number.NaN : Number(seconds) * 1000;
    return Number.isNaN(at) ? undefined : new Date(at);
  } catch {
    return undefined;
  }
}

/** Puts the file in place at once, so that the collector never reads half of it. Rejects with `metricsNotWritten`. */
export async function writeTextfile(path: string, text: string): Promise<void> {
  const file = new OutputFile(path);
  try {
    await file.write(text);
    await file.commit();
  } catch (cause) {
    const why = describeSystemError(cause instanceof AuditError ? cause.cause : cause);
    throw new AuditError(
      errorCodes.metricsNotWritten,
      `the metrics could not be written to ${path}: ${why}`,
      { cause },
    );
  }
}
