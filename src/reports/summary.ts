import {
  type AuditOutcome,
  type ErrorCode,
  type EvaluationFailures,
  type EvaluationLoad,
  formatPolicy,
  formatSeverityCounts,
  type GateResult,
  type Incident,
  isRetryable,
  type PolicyStatus,
} from '../domain/index.ts';
import { plural, toPlainText, toTerminalMessage, wrapLines } from '../text/index.ts';
import { describeBaseline, describeBaselineWarnings, describeFixed } from './baseline-lines.ts';
import { describeCluster } from './clusters.ts';
import { describeCoverage, describeKept } from './coverage.ts';
import { describeExceptions } from './exception-warnings.ts';
import { describeInput, describeWarning } from './input.ts';
import { formatScope } from './missed.ts';
import { createPaint, type Paint, verdictStyle } from './styles.ts';
import { describeWork } from './work.ts';

export type SummaryOptions = {
  readonly color: boolean;
  /** Columns of the terminal; without one nothing is wrapped. */
  readonly width?: number | undefined;
  /** How much was done and found; what was missed and the verdict are always told. */
  readonly counts: boolean;
  /** Name everything instead of the first few. */
  readonly verbose: boolean;
  /** Whether reports were to be stored. */
  readonly store: boolean;
  /** The title of a code in the manual. */
  readonly titleOf: (code: ErrorCode) => string;
};

const mostNames = 8;

/** What was looked at, what was found, what was not looked at and why; the verdict is the very last line. */
export function renderSummary(outcome: AuditOutcome, gate: GateResult, options: SummaryOptions): string {
  const style = createPaint(options.color);
  const wrap = (line: string): string => wrapLines(line, options.width ?? Infinity);
  const paint: Paint = (color, line) => style(color, wrap(line));
  const counts = [
    wrap(describeWork(outcome)),
    wrap(describeResults(outcome)),
    ...describeClusters(outcome).map(wrap),
    ...(options.store ? [wrap(describeStored(outcome))] : []),
    ...describeUnaudited(outcome, options).map(wrap),
    ...describeExceptions(outcome, { most: options.verbose ? Infinity : mostNames }).map((line) =>
      paint('yellow', line),
    ),
    ...describeComparison(outcome, options).map((line) => wrap(`  ${line}`)),
    ...(outcome.clusters === undefined ? [wrap(`  looked at: ${describeCoverage(outcome.coverage)}`)] : []),
    ...describeLoad(outcome.load, options).map((line) => wrap(`  ${line}`)),
    ...describeConnections(outcome, options).map((line) => wrap(`  ${line}`)),
    ...describeInput(outcome.coverage.input, options).map((line) => wrap(`  ${line}`)),
  ];
  const lines = [
    ...(options.counts ? counts : []),
    ...describeBaselineWarnings(outcome).map((line) => paint('yellow', line)),
    ...describeWarnings(outcome, options).map((line) => paint('yellow', line)),
    ...describeMissed(outcome, options).map((line) => paint('yellow', line)),
    ...describeKept(outcome.coverage).map((line) => paint('yellow', `  kept: ${line}`)),
    paint(verdictStyle[gate.result], gate.verdict),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** How the violations compare with the baseline, and what of it is fixed. */
function describeComparison(outcome: AuditOutcome, { verbose }: SummaryOptions): readonly string[] {
  const line = describeBaseline(outcome);
  if (line === undefined || outcome.baseline === undefined) return [];
  const fixed = describeFixed(outcome.baseline, { most: verbose ? Infinity : mostNames });
  return [line, ...fixed.map((text) => `  ${text}`)];
}

/** Ambiguous input, which a reader must not overlook. */
function describeWarnings(
  { coverage: { input } }: AuditOutcome,
  { verbose }: SummaryOptions,
): readonly string[] {
  const warnings = input?.warnings ?? [];
  const shown = verbose ? warnings : warnings.slice(0, mostNames);
  const more = warnings.length - shown.length;
  return [
    ...shown.map((warning) => `WARNING: ${describeWarning(warning)}`),
    ...(more > 0 ? [`    and ${more} more (-v names all)`] : []),
  ];
}

/** Each cluster with what was looked at there. */
function describeClusters({ clusters = [] }: AuditOutcome): readonly string[] {
  return clusters.flatMap((cluster) =>
    describeCluster(cluster).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`),
  );
}

function describeResults({ totals, exceptions = [], annotations }: AuditOutcome): string {
  const { results, failBySeverity, accepted } = totals;
  const severities = formatSeverityCounts(failBySeverity);
  const detail = severities === '' ? '' : ` (${severities})`;
  const own = annotations?.accepted ?? 0;
  const byObjects = own === 0 ? '' : ` (${own} by the objects' own annotations)`;
  const last = exceptions.length === 0 ? '' : `   accepted ${accepted}${byObjects}`;
  return `  pass ${results.pass}   fail ${results.fail}${detail}   error ${results.error}${last}`;
}

/** `load: normal, at most 100 evaluations in flight`, and what each policy server let be of that. */
function describeLoad(load: EvaluationLoad | undefined, options: SummaryOptions): readonly string[] {
  if (load === undefined) return [];
  const servers = load.servers.map(({ server, highest, last, halved }) => {
    const cuts = halved === 0 ? '' : `, halved ${plural(halved, 'time')}`;
    return `policy server ${toPlainText(server)}: up to ${highest}, ${last} at the end${cuts}`;
  });
  const shown = options.verbose ? servers : servers.slice(0, mostNames);
  const more = servers.length - shown.length;
  return [
    `load: ${load.mode}, at most ${plural(load.atMost, 'evaluation')} in flight`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more (-v names all)`] : []),
  ];
}

/** Per policy server, where more than one connection for each evaluation was asked for. */
function describeConnections(
  { connections = [] }: AuditOutcome,
  { verbose }: SummaryOptions,
): readonly string[] {
  const shown = verbose ? connections : connections.slice(0, mostNames);
  const more = connections.length - shown.length;
  return [
    ...shown.map(({ server, mode, reason, endpoints }) => {
      const how =
        mode === 'balanced' ? `balanced over ${plural(endpoints, 'endpoint')}` : 'one per evaluation';
      const why = reason === undefined ? '' : `: ${toTerminalMessage(reason)}`;
      return `connections to policy server ${toPlainText(server)}: ${how}${why}`;
    }),
    ...(more > 0 ? [`  and ${more} more (-v names all)`] : []),
  ];
}

function describeStored({ totals: { stored } }: AuditOutcome): string {
  const kept =
    stored.keptResults === 0
      ? ''
      : `\n  kept: ${plural(stored.keptResults, 'stored verdict')} of policies that gave no answer now`;
  return `  reports: ${stored.created} created, ${stored.updated} updated, ${stored.unchanged} unchanged, ${stored.deleted} deleted${kept}`;
}

function describeUnaudited({ policies }: AuditOutcome, options: SummaryOptions): readonly string[] {
  const skipped = policies.filter(({ state }) => state === 'skipped');
  const byReason = Map.groupBy(skipped, ({ reason }) => toPlainText(reason ?? ''));
  const reasons = [...byReason].map(
    ([reason, statuses]) => `    ${nameAll(statuses.map(nameOf), options)}: ${reason}`,
  );
  const partly = policies.filter(({ notes }) => notes.length > 0);
  const notes = partly.flatMap((status) =>
    status.notes.map((note) => `    ${nameOf(status)}: ${toPlainText(note)}`),
  );
  return [
    ...(skipped.length > 0 ? [`  not audited: ${plural(skipped.length, 'policy', 'policies')}`] : []),
    ...reasons,
    ...(partly.length > 0 ? [`  audited in part: ${plural(partly.length, 'policy', 'policies')}`] : []),
    ...(options.verbose ? notes : []),
  ];
}

function nameOf({ policy, cluster }: Pick<PolicyStatus, 'policy' | 'cluster'>): string {
  return toPlainText(cluster === undefined ? formatPolicy(policy) : `${cluster}: ${formatPolicy(policy)}`);
}

/** Per kind of failure: how it is called, exactly what it hides, and the first message. */
function describeMissed(outcome: AuditOutcome, options: SummaryOptions): readonly string[] {
  const incidents = Map.groupBy(outcome.incidents, ({ error }) => error.code);
  const failures = Map.groupBy(outcome.evaluationFailures, ({ code }) => code);
  const codes = [...new Set([...incidents.keys(), ...failures.keys()])];
  if (codes.length === 0) return [];
  return [
    ...[...incidents].flatMap(([code, group]) => describeIncidents(code, group, options)),
    ...[...failures].flatMap(([code, group]) => describeFailures(code, group, options)),
    `  ${describeRetry(outcome)}`,
    `  Details: ${codes.map((code) => `audit-scanner explain ${code}`).join('; ')}`,
  ];
}

function describeRetry(outcome: AuditOutcome): string {
  return isRetryable(outcome)
    ? 'A retry may help.'
    : 'A retry will not help: somebody has to change something first.';
}

function describeIncidents(
  code: ErrorCode,
  incidents: readonly Incident[],
  options: SummaryOptions,
): readonly string[] {
  const places = incidents.map(
    ({ scope, count }) => `${formatScope(scope)}${count > 1 ? ` (${count} times)` : ''}`,
  );
  return [
    `INCOMPLETE: ${options.titleOf(code)} [${code}]`,
    `    ${nameAll(places, options)}`,
    `    ${incidents.length > 1 ? 'first: ' : ''}${toTerminalMessage(incidents[0]?.error.message)}`,
    ...describeTries(incidents[0]?.error.tries),
  ];
}

function describeFailures(
  code: ErrorCode,
  failures: readonly EvaluationFailures[],
  options: SummaryOptions,
): readonly string[] {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  const policies = failures.map((failure) => `${nameOf(failure)} (${failure.count})`);
  return [
    `INCOMPLETE: ${plural(total, 'evaluation')} gave no verdict: ${options.titleOf(code)} [${code}]`,
    `    ${nameAll(policies, options)}`,
    `    ${total > 1 ? 'first: ' : ''}${toTerminalMessage(failures[0]?.message)}`,
    ...describeTries(failures[0]?.tries),
  ];
}

/** The likeliest step, in the lines that are still on the screen when a scan is over. */
function describeTries(tries: readonly string[] = []): readonly string[] {
  return tries.slice(0, 1).map((step) => `    Try: ${toTerminalMessage(step)}`);
}

function nameAll(names: readonly string[], { verbose }: SummaryOptions): string {
  if (verbose || names.length <= mostNames) return names.join(', ');
  return `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more (-v names all)`;
}
