import type { CellState, CoverageGap } from '../domain/coverage.ts';
import type { AuditError, ErrorCode } from '../domain/errors.ts';
import { formatPolicy, type Policy } from '../domain/policy.ts';
import { formatGroupResource } from '../domain/resource.ts';
import type { PlannedType, PlanScope } from '../matching/plan.ts';

type Missed = 'partial' | 'failed';
type Failure = { readonly code: ErrorCode; readonly reason: string; count: number };

/** The cells of one policy on one type. */
type Row = {
  readonly policy: Policy;
  readonly type: PlannedType;
  /** The namespaces in which the policy applies; undefined for a cluster-scoped type, which is one cell. */
  readonly namespaces: ReadonlySet<string> | undefined;
  asked: number;
  readonly errors: Map<ErrorCode, Failure>;
  /** Namespaces with evaluations that have no answer; the empty name stands for objects without one. */
  readonly erroredIn: Map<string, number>;
  isMissed: boolean;
};

type TypeRow = { readonly rows: readonly Row[]; readonly missedIn: Map<string | undefined, Missed> };

/** The cells of policies that are audited, and what became of them. */
export class CoverageRows {
  readonly #types = new Map<string, TypeRow>();
  readonly #rows = new Map<Policy, Map<string, Row>>();
  #errors = 0;

  plan(types: readonly PlannedType[], scope: PlanScope): void {
    for (const type of types) {
      const rows = type.versions.flatMap(({ policies }) =>
        policies.map(({ policy, namespaces }): Row => {
          const applicable = namespaces ?? new Set(scope.namespaces.keys());
          return {
            policy,
            type,
            namespaces: type.namespaced ? applicable : undefined,
            asked: 0,
            errors: new Map(),
            erroredIn: new Map(),
            isMissed: false,
          };
        }),
      );
      this.#types.set(formatGroupResource(type), { rows, missedIn: new Map() });
      for (const row of rows) this.#rowsOf(row.policy).set(formatGroupResource(type), row);
    }
  }

  policiesOn(type: PlannedType): readonly string[] {
    return [...new Set(this.#typeRow(type)?.rows.map(({ policy }) => formatPolicy(policy)) ?? [])];
  }

  /** False if there is nothing that the policy would have been asked about. */
  missPolicy(policy: Policy): boolean {
    const rows = [...this.#rowsOf(policy).values()];
    for (const row of rows) row.isMissed = true;
    return rows.some(({ namespaces }) => namespaces?.size !== 0);
  }

  missObjects(type: PlannedType, namespace: string | undefined, state: Missed): void {
    const missedIn = this.#typeRow(type)?.missedIn;
    if (missedIn?.get(namespace) !== 'failed') missedIn?.set(namespace, state);
  }

  count(
    policy: Policy,
    type: PlannedType,
    { namespace, error }: { namespace: string | undefined; error: AuditError | undefined },
  ): void {
    const row = this.#rows.get(policy)?.get(formatGroupResource(type));
    if (row === undefined) return;
    row.asked += 1;
    if (error === undefined) return;
    this.#errors += 1;
    const { code, message } = error;
    const failure = row.errors.get(code) ?? { code, reason: message, count: 0 };
    failure.count += 1;
    row.errors.set(code, failure);
    const place = namespace ?? '';
    row.erroredIn.set(place, (row.erroredIn.get(place) ?? 0) + 1);
  }

  hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Evaluations without an answer, by policy, type and kind of failure. */
  errorGaps(): readonly CoverageGap[] {
    // Of a policy that could be asked about nothing it is said once.
    const rows = [...this.#allRows()].filter(({ isMissed }) => !isMissed);
    return rows.flatMap((row) =>
      [...row.errors.values()].map(({ code, reason, count }) => ({
        state: count === row.asked ? ('failed' as const) : ('partial' as const),
        policies: [formatPolicy(row.policy)],
        resource: formatGroupResource(row.type),
        namespace: row.erroredIn.size === 1 ? [...row.erroredIn.keys()][0] || undefined : undefined,
        code,
        reason,
        missing: count,
      })),
    );
  }

  countCells(): Record<CellState, number> {
    const counts = { scanned: 0, partial: 0, failed: 0, skipped: 0 };
    for (const { rows, missedIn } of this.#types.values()) {
      for (const row of rows) {
        const { partial, failed, total } = countRow(row, missedIn);
        counts.partial += partial;
        counts.failed += failed;
        counts.scanned += total - partial - failed;
      }
    }
    return counts;
  }

  *#allRows(): Generator<Row> {
    for (const { rows } of this.#types.values()) yield* rows;
  }

  #rowsOf(policy: Policy): Map<string, Row> {
    const rows = this.#rows.get(policy) ?? new Map<string, Row>();
    this.#rows.set(policy, rows);
    return rows;
  }

  #typeRow(type: PlannedType): TypeRow | undefined {
    return this.#types.get(formatGroupResource(type));
  }
}

/** The worst that happened to a cell counts. Only namespaces in which something happened are looked at one by one. */
function countRow(
  row: Row,
  missedIn: TypeRow['missedIn'],
): { partial: number; failed: number; total: number } {
  const total = row.namespaces?.size ?? 1;
  const everywhere = row.isMissed ? 'failed' : missedIn.get(undefined);
  if (everywhere === 'failed') return { partial: 0, failed: total, total };
  const touched = new Set([...row.erroredIn.keys(), ...missedIn.keys()].filter((name) => isIn(row, name)));
  const failed = [...touched].filter((name) => stateIn(row, missedIn, name) === 'failed').length;
  const partial = everywhere === 'partial' ? total - failed : touched.size - failed;
  return { partial, failed, total };
}

function isIn({ namespaces }: Row, name: string | undefined): boolean {
  return name !== undefined && (namespaces === undefined ? name === '' : namespaces.has(name));
}

/** Without a single answer from anywhere, no object got one here either. */
function stateIn(row: Row, missedIn: TypeRow['missedIn'], name: string | undefined): Missed {
  const errored = [...row.errors.values()].reduce((sum, { count }) => sum + count, 0);
  const isMute = name !== undefined && row.erroredIn.has(name) && errored === row.asked;
  return isMute || missedIn.get(name) === 'failed' ? 'failed' : 'partial';
}
