import {
  type AuditOutcome,
  formatSeverityCounts,
  type GateResult,
  type GateWord,
  isRetryable,
  type SeverityName,
  type StopReason,
  severityNames,
} from '../domain/index.ts';
import { type Counted, countViolations, describeCounted } from './counted.ts';
import { exitCodeOfStop, exitCodes, strongestExitCode } from './exit-codes.ts';

/** From which severity on a violation counts. */
export const failOnLevels = ['critical', 'high', 'medium', 'low', 'any', 'never'] as const;
export type FailOn = (typeof failOnLevels)[number];

/** What an incomplete scan does to the exit code. */
export const incompleteActions = ['fail', 'warn', 'retryable'] as const;
type OnIncomplete = (typeof incompleteActions)[number];

/** What the exit code should report. */
export type GateConfig = {
  readonly failOn: FailOn;
  /** Up to this many violations are allowed. */
  readonly maxViolations: number;
  readonly includeMonitor: boolean;
  /** `retryable` fails only if a retry may help. */
  readonly onIncomplete: OnIncomplete;
  readonly exitZero: boolean;
  /** Whether the violations that it is given are those only that a policy would add. */
  readonly newOnly?: true | undefined;
  /** Whether violations count that a baseline knows with another message. */
  readonly baselineStrict?: boolean | undefined;
};

/** The input of the verdict. */
type Facts = {
  readonly violations: number;
  readonly counted: Counted;
  readonly word: GateWord;
  readonly complete: boolean;
  /** Whether a retry may help. */
  readonly retryable: boolean;
  /** Whether any policy answered anything. */
  readonly answered: boolean;
  readonly stoppedBy: StopReason | undefined;
};

/**
 * The verdict of a run, from all its results: display filters do not reach it. `error` results are never violations, they make the
 * run incomplete. A policy without a severity always counts; `info`, which monitor mode gives, only where it is asked for.
 */
export function judge(
  outcome: AuditOutcome,
  config: GateConfig,
  stoppedBy: StopReason | undefined,
): GateResult {
  const { complete, totals } = outcome;
  const counted = countViolations(outcome, config);
  const failing = severityNames.filter((severity) => isCounted(severity, config));
  const violations = failing.reduce((sum, severity) => sum + counted.bySeverity[severity], 0);
  const exceeded = violations > config.maxViolations;
  const word = exceeded ? 'failed' : wordOfPassed(outcome);
  const answered = totals.evaluations > totals.results.error;
  const retryable = isRetryable(outcome);
  const facts: Facts = { violations, counted, word, complete, retryable, answered, stoppedBy };
  const exitCode = decideExitCode(facts, config);
  const mustBeComplete = config.onIncomplete !== 'warn';
  return {
    result: word,
    passed: word === 'passed',
    exitCode,
    failOn: config.failOn,
    retryable,
    violations,
    ...(counted.only && { counted: counted.only }),
    rules: [
      { name: 'violations', threshold: config.maxViolations, actual: violations, passed: !exceeded },
      { name: 'complete', threshold: mustBeComplete, actual: complete, passed: complete || !mustBeComplete },
    ],
    verdict: `${describe(facts, config, formatSeverityCounts(counted.bySeverity, failing))} Exit code ${exitCode}${explainZero(facts, config)}.`,
  };
}

/** No setting makes an incomplete scan a passed one: settings choose the exit code. */
function wordOfPassed({ complete, totals }: AuditOutcome): GateWord {
  if (!complete) return 'incomplete';
  return totals.evaluations === 0 ? 'none' : 'passed';
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

function decideExitCode(facts: Facts, config: GateConfig): number {
  const { word, stoppedBy } = facts;
  const stopped = exitCodeOfStop(stoppedBy);
  if (stopped !== undefined) return stopped;
  if (config.exitZero) return exitCodes.ok;
  return strongestExitCode(
    word === 'failed' ? exitCodes.violations : exitCodes.ok,
    isExcused(facts, config) ? exitCodes.ok : exitCodes.incomplete,
  );
}

/** The flag that turned another exit code into 0, if one did. */
function explainZero(facts: Facts, config: GateConfig): string {
  const exitCode = decideExitCode(facts, config);
  const isOtherWithout = (strict: Partial<GateConfig>): boolean =>
    exitCode !== decideExitCode(facts, { ...config, ...strict });
  if (isOtherWithout({ exitZero: false })) return ' (--exit-zero)';
  if (config.onIncomplete === 'retryable' && isOtherWithout({ onIncomplete: 'fail' }))
    return ' (--on-incomplete retryable: a retry will not help)';
  return '';
}

/** Whether the exit code ignores what was missed. */
function isExcused({ complete, retryable }: Facts, { onIncomplete }: GateConfig): boolean {
  if (complete || onIncomplete === 'warn') return true;
  return onIncomplete === 'retryable' && !retryable;
}

function describe(facts: Facts, config: GateConfig, severities: string): string {
  const found = describeFound(facts, config, severities);
  if (typeof facts.stoppedBy === 'string')
    return `INTERRUPTED: the results are partial; ${found} in what was seen.`;
  switch (facts.word) {
    case 'failed':
      return `FAILED: ${found}.`;
    case 'incomplete':
      return describeIncomplete(facts, found);
    case 'none':
      return 'NOTHING AUDITED: no policy was evaluated on any object, so nothing failed and nothing passed.';
    case 'passed':
      return `PASSED: ${found}.`;
  }
}

function describeIncomplete({ answered, stoppedBy }: Facts, found: string): string {
  const limit = typeof stoppedBy === 'object' ? `--timeout ${stoppedBy.timeLimitMs / 1000}s` : undefined;
  if (!answered) {
    const why = limit === undefined ? '' : ` before ${limit} ended the run`;
    return `INCOMPLETE: no policy gave a verdict on anything${why}, so nothing is known.`;
  }
  const missed =
    limit === undefined ? 'not everything was looked at' : `${limit} ended the run before the rest`;
  return `INCOMPLETE: ${found} in what was seen, but ${missed}.`;
}

function describeFound(
  { violations, counted }: Facts,
  { failOn, maxViolations, newOnly }: GateConfig,
  severities: string,
): string {
  if (failOn === 'never') return 'no severity fails (--fail-on never)';
  const found = `${describeCounted(violations, counted, newOnly)} at or above "${failOn}"`;
  const detail = severities === '' ? '' : ` (${severities})`;
  const allowed = maxViolations === 0 ? '' : `, ${maxViolations} allowed`;
  return found + detail + allowed + (counted.only === undefined ? '' : `; ${counted.known} known before`);
}
