import { type KeptReports, parseApiVersion } from '../../domain/index.ts';
import type { StoredReport } from './stored-report.ts';

type Group = { count: number; oldest: number; newest: number };

/** Adds up the reports that stay as they are, by the type of their objects. */
export class KeptTally {
  readonly #groups = new Map<string, Group>();

  add({ subject, content }: StoredReport): void {
    const { group } = parseApiVersion(subject.apiVersion);
    const resource = group === '' ? subject.kind : `${subject.kind}.${group}`;
    const known = this.#groups.get(resource) ?? { count: 0, oldest: Infinity, newest: 0 };
    known.count += 1;
    for (const { seconds } of content.results) {
      // 0 is what a report says that does not know.
      if (seconds === 0) continue;
      known.oldest = Math.min(known.oldest, seconds);
      known.newest = Math.max(known.newest, seconds);
    }
    this.#groups.set(resource, known);
  }

  list(): readonly KeptReports[] {
    return [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, { count, oldest, newest }]) => ({
        resource,
        count,
        oldest: newest === 0 ? undefined : new Date(oldest * 1000),
        newest: newest === 0 ? undefined : new Date(newest * 1000),
      }));
  }
}
