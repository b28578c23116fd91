import type { ObjectReference } from '../domain/resource.ts';
import { parseApiVersion } from '../domain/resource.ts';

type TypeKey = { readonly group: string; readonly kind: string };

/** Remembers where the scan could not see or store, because only elsewhere may a report be called stale. */
export class Coverage {
  readonly #blindEverywhere = new Set<string>();
  readonly #blindIn = new Map<string, Set<string>>();
  readonly #blindGroups = new Set<string>();
  #blind = false;

  /** Nothing may be called stale any more. */
  missEverything(): void {
    this.#blind = true;
  }

  /** Types of this group version are unknown, so nothing of its group may be called stale. */
  missGroupVersion(groupVersion: string): void {
    this.#blindGroups.add(parseApiVersion(groupVersion).group);
  }

  /** Objects of a type were missed in one namespace, or in all of them when it is undefined. */
  miss(type: TypeKey, namespace: string | undefined): void {
    const key = keyOf(type);
    if (namespace === undefined) {
      this.#blindEverywhere.add(key);
      return;
    }
    const namespaces = this.#blindIn.get(key) ?? new Set();
    this.#blindIn.set(key, namespaces.add(namespace));
  }

  /** Whether the scan saw everything where this object would be. */
  sawEverythingAround({ apiVersion, kind, namespace }: ObjectReference): boolean {
    const { group } = parseApiVersion(apiVersion);
    const key = keyOf({ group, kind });
    if (this.#blind || this.#blindGroups.has(group) || this.#blindEverywhere.has(key)) return false;
    return namespace === undefined || this.#blindIn.get(key)?.has(namespace) !== true;
  }
}

function keyOf({ group, kind }: TypeKey): string {
  return `${group}/${kind}`;
}
