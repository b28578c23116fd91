import { configureScan } from '../../../src/commands/scan/configure.ts';
import type { ScanConfig } from '../../../src/config/config.ts';
import type { FlagValues } from '../../../src/config/given.ts';
import { type AuditOutcome, type AuditTotals, type StopSignal } from '../../../src/domain/audit.ts';
import { type GateResult } from '../../../src/domain/gate.ts';
import type { Io, TextStream } from '../../../src/host/io.ts';
import { aCoverage } from '../../support/builders.ts';

export type MemoryStream = TextStream & { readonly text: () => string };

export function aStream(overrides: Partial<TextStream> = {}): MemoryStream {
  let written = '';
  return {
    isTTY: false,
    columns: undefined,
    closed: new AbortController().signal,
    write: (text) => {
      written += text;
      return Promise.resolve();
    },
    text: () => written,
    ...overrides,
  };
}

export type MemoryIo = Io & {
  readonly stdout: MemoryStream;
  readonly stderr: MemoryStream;
  readonly stop: (signal: StopSignal) => void;
};

/** The environment of the program in memory: two buffers, no environment, a clock that stands still. */
export function anIo(overrides: Partial<Io> = {}): MemoryIo {
  const listeners = new Set<(signal: StopSignal) => void>();
  const io = {
    stdin: { isTTY: false, read: () => Promise.resolve('') },
    env: {},
    now: () => Date.UTC(2026, 10, 24, 2, 0, 0),
    onStop: (listener: (signal: StopSignal) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    terminationLog: '/nonexistent/termination-log',
    ...overrides,
  };
  const streams = { stdout: aStream(overrides.stdout), stderr: aStream(overrides.stderr) };
  return {
    ...io,
    ...streams,
    stop: (signal) => {
      for (const listener of listeners) listener(signal);
    },
  };
}

/** The configuration of `scan` with these flags. */
export function aScanConfig(flags: FlagValues = {}): ScanConfig {
  const checked = configureScan(flags, {});
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'));
  return checked.value;
}

type TotalsOverrides = Partial<Omit<AuditTotals, 'failBySeverity'>> & {
  readonly failBySeverity?: Partial<AuditTotals['failBySeverity']>;
};

/** A complete run that found nothing, 1.4 s long. */
export function anOutcome(overrides: Partial<AuditOutcome> = {}, totals: TotalsOverrides = {}): AuditOutcome {
  return {
    run: { runUid: 'run-1', startedAt: new Date('2026-11-24T02:00:00.000Z') },
    finishedAt: new Date('2026-11-24T02:00:01.400Z'),
    policies: [],
    answered: [],
    evaluationFailures: [],
    incidents: [],
    coverage: aCoverage(),
    interrupted: false,
    complete: true,
    ...overrides,
    totals: {
      resources: 0,
      evaluations: 0,
      results: { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 },
      accepted: 0,
      stored: { created: 0, updated: 0, unchanged: 0, deleted: 0, keptResults: 0 },
      ...totals,
      failBySeverity: {
        critical: 0,
        high: 0,
        medium: 0,
        low: 0,
        info: 0,
        unset: 0,
        ...totals.failBySeverity,
      },
    },
  };
}

export function aGate(overrides: Partial<GateResult> = {}): GateResult {
  const { result = 'passed' } = overrides;
  return {
    result,
    passed: result === 'passed',
    exitCode: 0,
    failOn: 'any',
    retryable: false,
    violations: 0,
    rules: [],
    verdict: 'PASSED: 0 violations at or above "any". Exit code 0.',
    ...overrides,
  };
}
