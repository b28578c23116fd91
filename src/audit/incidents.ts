import type { Incident } from '../domain/index.ts';

/** An incident as it happens; without a count, once. */
export type NewIncident = Omit<Incident, 'count'> & Partial<Pick<Incident, 'count'>>;

/** Collects incidents; those with the same code and scope are one with a count, so that memory does not grow with the cluster. */
export class IncidentLog {
  readonly #incidents = new Map<string, Incident>();

  /** True when it is the first of its kind. */
  add({ error, scope, count = 1 }: NewIncident): boolean {
    const key = JSON.stringify([error.code, scope.resource, scope.namespace, scope.policy, scope.path]);
    const known = this.#incidents.get(key);
    this.#incidents.set(key, { error, scope, ...known, count: (known?.count ?? 0) + count });
    return known === undefined;
  }

  list(): readonly Incident[] {
    return [...this.#incidents.values()];
  }
}
