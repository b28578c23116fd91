import type { RunEnding, ScanRun, Telemetry } from '../../assembly/index.ts';
import type { Log } from '../../host/logging/index.ts';

export type Telling = {
  readonly telemetry: Telemetry | undefined;
  /** Undefined where the run ended before its adapters were built. */
  readonly live?: ScanRun;
  readonly log: Log;
};

/** Exports metrics, traces and Events of the run. A failure is one line, and changes nothing else. */
export async function tellOthers(ending: RunEnding, { telemetry, live, log }: Telling): Promise<void> {
  const failures = (await telemetry?.finish(ending, live)) ?? [];
  for (const { message, code } of failures)
    log({ level: 'error', message, fields: { component: 'scanner', code } });
}
