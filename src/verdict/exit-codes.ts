import { type AuditError, errorCodes, type StopReason } from '../domain/index.ts';

/** `drop-in`: the Go scanner's flags, logs and exit codes. `scan`: the command for people and pipelines. */
export type FrontDoor = 'drop-in' | 'scan';

export const exitCodes = {
  ok: 0,
  violations: 1,
  usage: 2,
  incomplete: 3,
  unavailable: 4,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** What each code means, for `help exit-codes`. */
export const exitCodeMeanings: readonly { code: number; name: string; meaning: string; retry: string }[] = [
  { code: 0, name: 'ok', meaning: 'the scan is complete and the gate passed', retry: '-' },
  { code: 1, name: 'violations', meaning: 'the scan ran and the gate failed', retry: 'no' },
  { code: 2, name: 'usage', meaning: 'a flag or value is wrong; nothing was scanned', retry: 'no' },
  {
    code: 3,
    name: 'incomplete',
    meaning: 'something could not be listed, evaluated or stored, and the gate did not fail',
    retry: 'yes',
  },
  {
    code: 4,
    name: 'unavailable',
    meaning: 'the scan could not start: no cluster, no access, no policies API',
    retry: 'yes',
  },
  { code: 70, name: 'internal', meaning: 'a bug in audit-scanner', retry: 'no' },
  { code: 130, name: 'interrupted', meaning: 'stopped by Ctrl-C (143: by SIGTERM)', retry: '-' },
];

/**
 * From the most to the least important, where several apply. Of several clusters in one run, one that could not start makes the run
 * incomplete (3): 4 says that nothing was scanned, and holds where none could start.
 */
const precedence: readonly number[] = [143, 130, 70, 2, 4, 1, 3, 0];

/** The code that counts when a run ends for more than one reason. */
export function strongestExitCode(...codes: readonly number[]): number {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.internal;
}

/** The code of a run that could not start. The Go scanner has one for everything. */
export function exitCodeOf({ code }: AuditError, frontDoor: FrontDoor): number {
  if (code === errorCodes.internal) return exitCodes.internal;
  if (frontDoor === 'drop-in') return 1;
  return code.startsWith('AS-2') ? exitCodes.usage : exitCodes.unavailable;
}

/** The code of a run that a signal ended, or undefined where none did. One that its time limit ended is just incomplete. */
export function exitCodeOfStop(stoppedBy: StopReason | undefined): number | undefined {
  if (typeof stoppedBy !== 'string') return undefined;
  return stoppedBy === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
}
