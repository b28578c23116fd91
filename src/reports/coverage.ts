import { type Coverage, formatShard, type KeptReports, type ReportAge } from '../domain/index.ts';
import { formatAge, formatMinute, toPlainText } from '../text/index.ts';
import { toInputFields } from './input.ts';

/**
 * `20 namespaces, 12 resource types: 231 of 240 checks in full, 6 in part, 3 not at all, 188 had no objects`. A check is one
 * policy on one type in one namespace; those that the settings leave out are not counted, and those without an object only apart.
 */
export function describeCoverage(coverage: Coverage): string {
  const { shard, types, namespaces, reportAge } = coverage;
  const where = `${count(namespaces, 'namespace')}, ${count(types, 'resource type')}`;
  if (reportAge !== undefined) return `stored reports on ${where}, ${describeAge(reportAge, coverage)}`;
  const part = shard === undefined ? '' : `shard ${formatShard(shard)} of `;
  return `${part}${where}: ${describeChecks(coverage)}`;
}

function describeChecks({ cells }: Coverage): string {
  const { scanned, partial, failed, empty } = cells;
  const parts = [
    describeFull(scanned, scanned + partial + failed),
    ...(partial > 0 ? [`${partial} in part`] : []),
    ...(failed > 0 ? [`${failed} not at all`] : []),
    ...(empty > 0 ? [`${empty} had no objects`] : []),
  ];
  return parts.join(', ');
}

/** `confirmed 2026-11-28 21:05 UTC, 3h 5m before they were read: all 240 checks in full`. */
function describeAge(age: ReportAge, coverage: Coverage): string {
  const { readAt, confirmedAt, lastCompleteAt, newestChange } = age;
  const ago = (date: Date): string => formatAge(Math.max(0, readAt.getTime() - date.getTime()));
  if (confirmedAt === undefined) {
    const change = newestChange === undefined ? '' : `; the last change was ${formatMinute(newestChange)}`;
    return `last confirmed at an unknown time${change}`;
  }
  const complete =
    lastCompleteAt === undefined
      ? '; no run was complete yet'
      : lastCompleteAt < confirmedAt
        ? `; the last complete run ended ${formatMinute(lastCompleteAt)}, ${ago(lastCompleteAt)} before`
        : '';
  const { scanned, partial, failed } = coverage.cells;
  const checks = scanned + partial + failed === 0 ? '' : `: ${describeChecks(coverage)}`;
  return `confirmed ${formatMinute(confirmedAt)}, ${ago(confirmedAt)} before they were read${complete}${checks}`;
}

function describeFull(scanned: number, total: number): string {
  if (total === 0) return 'no checks';
  if (scanned < total) return `${scanned} of ${count(total, 'check')} in full`;
  return `${total === 1 ? '1 check' : `all ${total} checks`} in full`;
}

/** One line for each type with stored reports that may or may not be up to date. */
export function describeKept({ kept }: Coverage): readonly string[] {
  return kept.map((reports) => {
    const { resource, count: number } = reports;
    return `${count(number, 'stored report')} of ${toPlainText(resource)} left as found${describeTimes(reports)}`;
  });
}

function describeTimes({ oldest, newest }: KeptReports): string {
  if (oldest === undefined || newest === undefined) return '';
  const [from, to] = [oldest, newest].map(formatDay);
  return from === to ? ` (verdicts of ${from})` : ` (verdicts from ${from} to ${to})`;
}

function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Only the counts, for outputs with little space. */
export function toCoverageCounts({ shard, cells, kept, reused }: Coverage): object {
  const keptReports = kept.reduce((sum, reports) => sum + reports.count, 0);
  const part = shard && { shard: formatShard(shard) };
  return { ...part, ...cells, keptReports, ...(reused !== undefined && { reused }) };
}

/** All of it, for documents that programs read. */
export function toCoverageFields(coverage: Coverage): object {
  const { shard, cells, types, namespaces, ignoredNamespaces, labelSelector, gaps, skipped, kept, reused } =
    coverage;
  return {
    ...(shard && { shard }),
    cells,
    ...(reused !== undefined && { reused }),
    ...(coverage.reportAge && { storedReports: toAgeFields(coverage.reportAge) }),
    types,
    namespaces,
    ignoredNamespaces,
    labelSelector: labelSelector ?? null,
    gaps: gaps.map(({ state, policies, resource, namespace, code, reason, missing, cluster }) => ({
      ...(cluster !== undefined && { cluster }),
      state,
      policies,
      resource: resource ?? null,
      namespace: namespace ?? null,
      code,
      reason,
      missing: missing ?? null,
    })),
    skipped: skipped.map(({ policy, resource, namespaces: number, names, reason, cluster }) => ({
      ...(cluster !== undefined && { cluster }),
      policy,
      resource: resource ?? null,
      namespaces: number ?? null,
      ...(names && { names }),
      reason,
    })),
    keptReports: kept.map(({ resource, count: number, oldest, newest }) => ({
      resource,
      count: number,
      oldestVerdict: oldest?.toISOString() ?? null,
      newestVerdict: newest?.toISOString() ?? null,
    })),
    input: toInputFields(coverage.input),
  };
}

function toAgeFields(age: ReportAge): object {
  return {
    readAt: age.readAt.toISOString(),
    confirmedAt: age.confirmedAt?.toISOString() ?? null,
    lastCompleteAt: age.lastCompleteAt?.toISOString() ?? null,
    oldestChange: age.oldestChange?.toISOString() ?? null,
    newestChange: age.newestChange?.toISOString() ?? null,
  };
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
