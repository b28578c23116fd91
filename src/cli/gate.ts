import type { FailOn, GateConfig } from '../config/config.ts';
import type { AuditOutcome } from '../domain/audit.ts';
import { formatSeverityCounts, type SeverityName, severityNames } from '../reports/finding.ts';
import type { GateResult } from '../reports/renderer.ts';
import { exitCodeOfStop, exitCodes, strongestExitCode } from './exit-codes.ts';
import type { StopSignal } from './io.ts';

/** What the verdict is made from. */
type Facts = {
  readonly violations: number;
  readonly passed: boolean;
  readonly complete: boolean;
  readonly stoppedBy: StopSignal | undefined;
};

/**
 * The verdict of a run, from all its results: display filters do not reach it. `error` results are never violations, they make the
 * run incomplete. A policy without a severity always counts; `info`, which monitor mode gives, only where it is asked for.
 */
export function judge(
  outcome: AuditOutcome,
  config: GateConfig,
  stoppedBy: StopSignal | undefined,
): GateResult {
  const { complete } = outcome;
  const counts = outcome.totals.failBySeverity;
  const counted = severityNames.filter((severity) => isCounted(severity, config));
  const violations = counted.reduce((sum, severity) => sum + counts[severity], 0);
  const passed = violations <= config.maxViolations;
  const facts: Facts = { violations, passed, complete, stoppedBy };
  const exitCode = decideExitCode(facts, config);
  const isForced = exitCode !== decideExitCode(facts, { ...config, exitZero: false });
  const mustBeComplete = config.onIncomplete === 'fail';
  return {
    passed,
    exitCode,
    failOn: config.failOn,
    violations,
    rules: [
      { name: 'violations', threshold: config.maxViolations, actual: violations, passed },
      { name: 'complete', threshold: mustBeComplete, actual: complete, passed: complete || !mustBeComplete },
    ],
    verdict: `${describe(facts, config, formatSeverityCounts(counts, counted))} Exit code ${exitCode}${isForced ? ' (--exit-zero)' : ''}.`,
  };
}

const ranks: Readonly<Record<Exclude<FailOn, 'any' | 'never'>, number>> = {
  critical: 0,
  high: 1,
  medium: 2,
  low: 3,
};

function isCounted(severity: SeverityName, { failOn, includeMonitor }: GateConfig): boolean {
  if (failOn === 'never') return false;
  if (severity === 'unset') return true;
  if (severity === 'info') return failOn === 'any' && includeMonitor;
  return failOn === 'any' || ranks[severity] <= ranks[failOn];
}

function decideExitCode({ passed, complete, stoppedBy }: Facts, config: GateConfig): number {
  const stopped = exitCodeOfStop(stoppedBy);
  if (stopped !== undefined) return stopped;
  if (config.exitZero) return exitCodes.ok;
  return strongestExitCode(
    passed ? exitCodes.ok : exitCodes.violations,
    complete || config.onIncomplete === 'warn' ? exitCodes.ok : exitCodes.incomplete,
  );
}

function describe(
  facts: Facts,
  { failOn, maxViolations, onIncomplete }: GateConfig,
  severities: string,
): string {
  const { violations, passed, complete, stoppedBy } = facts;
  const found =
    failOn === 'never'
      ? 'no severity fails (--fail-on never)'
      : `${violations} ${violations === 1 ? 'violation' : 'violations'} at or above "${failOn}"` +
        (severities === '' ? '' : ` (${severities})`) +
        (maxViolations === 0 ? '' : `, ${maxViolations} allowed`);
  if (stoppedBy !== undefined) return `INTERRUPTED: the results are partial; ${found} in what was seen.`;
  if (!passed) return `FAILED: ${found}.`;
  if (complete) return `PASSED: ${found}.`;
  return onIncomplete === 'fail'
    ? `INCOMPLETE: ${found}, but not everything was looked at.`
    : `PASSED: ${found} in what was seen; not everything was looked at.`;
}
