import {
  compareText,
  formatSeverityCounts,
  type ResourceReport,
  type SeverityName,
  severityNames,
  severityOf,
} from '../domain/index.ts';
import { plural } from '../text/index.ts';
import type { Finding } from './finding.ts';

/** What was found of one policy, in one namespace, or whatever findings are counted by. */
export type FindingCount = {
  readonly key: string;
  /** Violations that are not accepted, as the gate counts them. */
  readonly fail: number;
  readonly failBySeverity: Readonly<Record<SeverityName, number>>;
  readonly error: number;
  readonly accepted: number;
  /** How many objects have one of them. */
  readonly objects: number;
};

/** Counts problems by a key, the worst first: by violations from the worst severity on, then errors, then key. Passes count nothing. */
export function countFindings(
  findings: Iterable<Finding>,
  keyOf: (finding: Finding) => string,
): readonly FindingCount[] {
  const counters = new Map<string, Counter>();
  for (const finding of findings) {
    if (finding.result.result === 'pass') continue;
    const key = keyOf(finding);
    const counter = counters.get(key) ?? new Counter();
    counters.set(key, counter);
    counter.add(finding);
  }
  return [...counters].map(([key, counter]) => ({ key, ...counter.counts() })).sort(compareCounts);
}

class Counter {
  readonly #failBySeverity: Record<SeverityName, number> = {
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    unset: 0,
    info: 0,
  };
  readonly #objects = new Set<ResourceReport>();
  #fail = 0;
  #error = 0;
  #accepted = 0;

  add({ report, result }: Finding): void {
    this.#objects.add(report);
    if (result.exception !== undefined) {
      this.#accepted += 1;
    } else if (result.result === 'error') {
      this.#error += 1;
    } else {
      this.#fail += 1;
      this.#failBySeverity[severityOf(result)] += 1;
    }
  }

  counts(): Omit<FindingCount, 'key'> {
    return {
      fail: this.#fail,
      failBySeverity: this.#failBySeverity,
      error: this.#error,
      accepted: this.#accepted,
      objects: this.#objects.size,
    };
  }
}

function compareCounts(a: FindingCount, b: FindingCount): number {
  const bySeverity = severityNames.map((severity) => b.failBySeverity[severity] - a.failBySeverity[severity]);
  const rank = [...bySeverity, b.error - a.error, b.accepted - a.accepted].find((order) => order !== 0);
  return rank ?? compareText(a.key, b.key);
}

/** `2 critical, 3 high, 1 error, 4 accepted`. */
export function formatCounts({ fail, failBySeverity, error, accepted }: Omit<FindingCount, 'key'>): string {
  return [
    ...(fail > 0 ? [formatSeverityCounts(failBySeverity)] : []),
    ...(error > 0 ? [plural(error, 'error')] : []),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
  ].join(', ');
}
