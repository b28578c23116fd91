import {
  type AuditError,
  type Coverage,
  type CoverageGap,
  type CoverageSkip,
  formatGroupResource,
  formatPolicy,
  type Incident,
  type InputCoverage,
  type KeptReports,
  type ObjectReference,
  type Policy,
  parseApiVersion,
  type Shard,
} from '../domain/index.ts';
import type { AuditPlan, PlannedType, PlanScope } from '../matching/index.ts';
import { CoverageCells, type Evaluated } from './coverage-cells.ts';
import { describeSkips, type LeftOut } from './coverage-skips.ts';

type TypeKey = { readonly group: string; readonly kind: string };

export type CoverageFacts = LeftOut & {
  readonly labelSelector: string | undefined;
  readonly shard?: Shard | undefined;
  /** What happened to the files; undefined for a cluster. */
  readonly input?: InputCoverage | undefined;
};

/**
 * The record of what the scan sees and misses, cell by cell. Whether it is complete, what may be called stale and what is told about
 * it are all read from here. A cell is held by its policy and type; a namespace is only remembered where something was missed in it.
 */
export class CoverageRecord {
  readonly #cells = new CoverageCells();
  readonly #gaps = new Map<string, CoverageGap>();
  #blind = false;
  readonly #blindGroups = new Set<string>();
  readonly #blindPlaces = new Set<string>();
  /** Objects that a policy was not asked about, or asked about in doubt, by the policy, type and reason. */
  readonly #skips = new Map<string, CoverageSkip>();
  readonly #refuted = new Set<Policy>();
  /** Cells that failed before it was known of which type they are. */
  readonly #cellsWithoutType = new Set<string>();
  #plan: AuditPlan = { types: [], selected: [] };
  #scope: PlanScope = {
    cluster: false,
    namespaces: new Map(),
    allNamespaces: false,
    kubewardenNamespace: undefined,
  };

  /** To be called once, before anything is scanned. */
  plan(plan: AuditPlan, scope: PlanScope): void {
    this.#plan = plan;
    this.#scope = scope;
    this.#cells.plan(plan.types, scope);
  }

  /** A policy, or a part of the input, of which nothing is known: nothing may be called stale any more. */
  missUnknown(policy: string | undefined, error: AuditError): void {
    this.#blind = true;
    if (policy !== undefined) this.#cellsWithoutType.add(policy);
    this.#addGap({ state: 'failed', policies: policy === undefined ? [] : [policy] }, error);
  }

  /** Types of this group version are unknown, so nothing of its group may be called stale. */
  missGroupVersion(policy: Policy, groupVersion: string, error: AuditError): void {
    this.#blindGroups.add(parseApiVersion(groupVersion).group);
    this.#cellsWithoutType.add(`${formatPolicy(policy)} ${groupVersion}`);
    this.#addGap({ state: 'failed', policies: [formatPolicy(policy)], resource: groupVersion }, error);
  }

  /** A policy that cannot be asked; `types` are those that it covers. */
  missPolicy(policy: Policy, types: readonly TypeKey[], error: AuditError): void {
    for (const type of types) this.#blindIn(type, undefined);
    if (!this.#cells.missPolicy(policy)) this.#cellsWithoutType.add(formatPolicy(policy));
    this.#addGap({ state: 'failed', policies: [formatPolicy(policy)] }, error);
  }

  /** The objects of a type that come after the first `seen` ones were not listed, in one namespace or in all. */
  missObjects(
    type: PlannedType,
    { namespace, seen }: { namespace: string | undefined; seen: number },
    error: AuditError,
  ): void {
    this.#blindIn(type, namespace);
    const state = seen === 0 ? 'failed' : 'partial';
    this.#cells.missObjects(type, namespace, state);
    const policies = this.#cells.policiesOn(type);
    this.#addGap({ state, policies, resource: formatGroupResource(type), namespace }, error);
  }

  /** A report was not stored. */
  missReport(type: PlannedType, namespace: string | undefined, error: AuditError): void {
    this.#blindIn(type, namespace);
    this.#cells.missObjects(type, namespace, 'partial');
    const place = { resource: formatGroupResource(type), namespace, missing: 1 };
    this.#addGap({ state: 'partial', policies: this.#cells.policiesOn(type), ...place }, error);
  }

  /** An evaluation was made; with an error it has no answer, or one in doubt. */
  count(policy: Policy, type: PlannedType, evaluated: Evaluated): void {
    this.#cells.count(policy, type, evaluated);
  }

  /** A policy contradicts its earlier verdict: what was reused from it may be wrong. */
  refute(policy: Policy, error: AuditError): void {
    this.#refuted.add(policy);
    this.#addGap({ state: 'partial', policies: [formatPolicy(policy)] }, error);
  }

  refutedPolicies(): readonly Policy[] {
    return [...this.#refuted];
  }

  /** Of some objects it could not be said whether the policy concerns them. Said once by policy and type. */
  skip(policy: Policy, type: PlannedType, reason: string): void {
    const key = `${formatPolicy(policy)} ${formatGroupResource(type)}`;
    if (this.#skips.has(key)) return;
    const [name, resource] = [formatPolicy(policy), formatGroupResource(type)];
    this.#skips.set(key, { policy: name, resource, namespaces: undefined, reason });
  }

  /** What went wrong with reports after the scan itself. */
  missIncident({ error, scope, count }: Incident): void {
    this.#addGap(
      {
        state: 'partial',
        policies: [],
        resource: scope.resource,
        namespace: scope.namespace,
        missing: count,
      },
      error,
    );
  }

  /** Whether the scan saw everything where this object would be: only then may its report be called stale. */
  sawEverythingAround({ apiVersion, kind, namespace }: ObjectReference): boolean {
    const { group } = parseApiVersion(apiVersion);
    if (this.#blind || this.#blindGroups.has(group)) return false;
    const type = { group, kind };
    if (this.#blindPlaces.has(keyOf(type, undefined))) return false;
    return namespace === undefined || !this.#blindPlaces.has(keyOf(type, namespace));
  }

  /** Whether the policy answered anything at all. */
  hasAnswered(policy: Policy): boolean {
    return this.#cells.hasAnswered(policy);
  }

  /** True if no cell was missed, not even in part. */
  isComplete(): boolean {
    return this.#gaps.size === 0 && !this.#cells.hasErrors();
  }

  /** The policies that answered all that they had to be asked about, be it with errors. */
  answeredPolicies(): readonly Policy[] {
    return this.#plan.selected.flatMap(({ status: { policy, state }, unknown }) =>
      state === 'audited' && unknown.length === 0 && this.#cells.isAnswered(policy) ? [policy] : [],
    );
  }

  /** The record as data. */
  describe(facts: CoverageFacts, kept: readonly KeptReports[]): Coverage {
    const { types, selected } = this.#plan;
    const gaps = [...this.#gaps.values(), ...this.#cells.errorGaps()];
    const skipped = describeSkips(selected, this.#scope, facts);
    const cells = this.#cells.countCells();
    return {
      ...(facts.shard && { shard: facts.shard }),
      cells: {
        ...cells,
        failed: cells.failed + this.#cellsWithoutType.size,
        skipped: skipped.cells + this.#skips.size,
      },
      types: types.length,
      namespaces: this.#scope.namespaces.size,
      ignoredNamespaces: facts.ignoredNamespaces,
      labelSelector: facts.labelSelector,
      gaps,
      skipped: [...skipped.skips, ...this.#skips.values()],
      kept,
      ...(facts.input && { input: facts.input }),
    };
  }

  #blindIn(type: TypeKey, namespace: string | undefined): void {
    this.#blindPlaces.add(keyOf(type, namespace));
  }

  #addGap(gap: Pick<CoverageGap, 'state' | 'policies'> & Partial<CoverageGap>, error: AuditError): void {
    const { resource, namespace, policies, missing } = gap;
    const key = JSON.stringify([error.code, resource, namespace, policies]);
    const known = this.#gaps.get(key);
    const sum = missing === undefined ? known?.missing : (known?.missing ?? 0) + missing;
    this.#gaps.set(key, {
      state: known?.state ?? gap.state,
      policies,
      resource,
      namespace,
      code: error.code,
      reason: known?.reason ?? error.message,
      missing: sum,
    });
  }
}

function keyOf({ group, kind }: TypeKey, namespace: string | undefined): string {
  return `${group}/${kind}/${namespace ?? ''}`;
}
