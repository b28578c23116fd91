import { parseApiVersion } from '../../domain/index.ts';
import type { StoredType } from '../index.ts';
import type { StoredReport } from './stored-report.ts';

/** Counts stored reports by the type of their object. */
export class TypeCount {
  readonly #counts = new Map<string, number>();

  add({ subject: { apiVersion, kind } }: StoredReport): void {
    const key = keyOf({ group: parseApiVersion(apiVersion).group, kind });
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Undefined where there is no report of any type, which says nothing of how many objects there are. */
  countOf(type: StoredType): number | undefined {
    return this.#counts.size === 0 ? undefined : (this.#counts.get(keyOf(type)) ?? 0);
  }
}

function keyOf({ group, kind }: StoredType): string {
  return `${kind}.${group}`;
}
