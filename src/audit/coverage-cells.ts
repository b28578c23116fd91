import {
  type AuditError,
  type CellState,
  type CoverageGap,
  type ErrorCode,
  formatGroupResource,
  formatPolicy,
  NoAnswerError,
  type Policy,
} from '../domain/index.ts';
import type { PlannedType, PlanScope } from '../matching/index.ts';

/** How the place of what has no namespace is called. */
const noNamespace = '';

/** What became of a list: it brought nothing, or not all; or it came, and a report of what came was not stored. */
type Missed = 'failed' | 'partial' | 'unstored';
type Failure = { readonly code: ErrorCode; readonly reason: string; count: number };

/** One evaluation: whether it has an answer, and what is wrong with it, which may be true of an answer too. */
export type Evaluated = {
  readonly namespace: string | undefined;
  readonly answered: boolean;
  readonly error: AuditError | undefined;
};

/** The cells of one policy on one type. */
type Row = {
  readonly policy: Policy;
  readonly type: PlannedType;
  /** The namespaces in which the policy applies; undefined for a cluster-scoped type, which is one cell. */
  readonly namespaces: ReadonlySet<string> | undefined;
  asked: number;
  /** Where the policy was asked about something, and where it answered at all. */
  readonly askedIn: PlaceSet;
  readonly answeredIn: PlaceSet;
  readonly errors: Map<ErrorCode, Failure>;
  /** Namespaces with evaluations that have no answer; the empty name stands for objects without one. */
  readonly erroredIn: Set<string>;
  isMissed: boolean;
  /** Whether there was an evaluation in which neither the policy nor its server was heard. */
  isUnanswered: boolean;
};

type TypeRow = { readonly rows: readonly Row[]; readonly missedIn: Map<string | undefined, Missed> };

/** The cells of policies that are audited, and what became of them. */
export class CoverageCells {
  readonly #types = new Map<string, TypeRow>();
  readonly #rows = new Map<Policy, Map<string, Row>>();
  #errors = 0;

  plan(types: readonly PlannedType[], scope: PlanScope): void {
    const places = new Map([noNamespace, ...scope.namespaces.keys()].map((name, index) => [name, index]));
    for (const type of types) {
      const rows = type.versions.flatMap(({ policies }) =>
        policies.map(({ policy, namespaces }): Row => {
          const applicable = namespaces ?? new Set(scope.namespaces.keys());
          return {
            policy,
            type,
            namespaces: type.namespaced ? applicable : undefined,
            asked: 0,
            askedIn: new PlaceSet(places),
            answeredIn: new PlaceSet(places),
            errors: new Map(),
            erroredIn: new Set(),
            isMissed: false,
            isUnanswered: false,
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
    const known = missedIn?.get(namespace);
    if (known === undefined || badness[state] > badness[known]) missedIn?.set(namespace, state);
  }

  count(policy: Policy, type: PlannedType, { namespace, error, answered }: Evaluated): void {
    const row = this.#rows.get(policy)?.get(formatGroupResource(type));
    if (row === undefined) return;
    const place = namespace ?? noNamespace;
    row.asked += 1;
    row.askedIn.add(place);
    if (answered) row.answeredIn.add(place);
    if (error === undefined) return;
    this.#errors += 1;
    row.isUnanswered ||= error instanceof NoAnswerError;
    const { code, message } = error;
    const failure = row.errors.get(code) ?? { code, reason: message, count: 0 };
    failure.count += 1;
    row.errors.set(code, failure);
    row.erroredIn.add(place);
  }

  /** Whether the policy answered anything at all. */
  hasAnswered(policy: Policy): boolean {
    return [...this.#rowsOf(policy).values()].some(({ answeredIn }) => answeredIn.size > 0);
  }

  /** Whether the policy was heard about every object that it had to be asked about, and what it said was stored. */
  isAnswered(policy: Policy): boolean {
    return [...this.#rowsOf(policy).values()].every((row) => {
      const missedIn = [...(this.#typeRow(row.type)?.missedIn.keys() ?? [])];
      const isMissed = row.isMissed || missedIn.some((name) => name === undefined || isIn(row, name));
      return !isMissed && !row.isUnanswered;
    });
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
        state: isMute(row, count) ? ('failed' as const) : ('partial' as const),
        policies: [formatPolicy(row.policy)],
        resource: formatGroupResource(row.type),
        namespace: row.erroredIn.size === 1 ? [...row.erroredIn][0] || undefined : undefined,
        code,
        reason,
        missing: count,
      })),
    );
  }

  countCells(): Record<CellState, number> {
    const counts = { scanned: 0, partial: 0, failed: 0, empty: 0, skipped: 0 };
    for (const { rows, missedIn } of this.#types.values()) {
      for (const row of rows) {
        const { scanned, partial, failed, empty } = countRow(row, missedIn);
        counts.scanned += scanned;
        counts.partial += partial;
        counts.failed += failed;
        counts.empty += empty;
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

/** Whether the policy gave no answer at all: in the one place where something is wrong, or anywhere. */
function isMute({ asked, answeredIn, erroredIn }: Row, errors: number): boolean {
  const [place, ...others] = erroredIn;
  return others.length === 0 && place !== undefined ? !answeredIn.has(place) : errors === asked;
}

type Counts = Record<'scanned' | 'partial' | 'failed' | 'empty', number>;

/** Only namespaces in which something went wrong are looked at one by one; of the others it is enough to know how many were asked about. */
function countRow(row: Row, missedIn: TypeRow['missedIn']): Counts {
  const total = row.namespaces?.size ?? 1;
  if (row.isMissed) return { scanned: 0, partial: 0, failed: total, empty: 0 };
  const everywhere = missedIn.get(undefined);
  const counts: Counts = { scanned: 0, partial: 0, failed: 0, empty: 0 };
  const touched = new Set([...row.erroredIn, ...missedIn.keys()].filter((name) => isIn(row, name)));
  let askedElsewhere = row.askedIn.size;
  for (const name of touched) {
    if (row.askedIn.has(name)) askedElsewhere -= 1;
    counts[stateIn(row, name, worse(everywhere, missedIn.get(name)))] += 1;
  }
  counts[stateOf({ asked: true, answered: true, errored: false }, everywhere)] += askedElsewhere;
  counts[stateOf({ asked: false, answered: false, errored: false }, everywhere)] +=
    total - touched.size - askedElsewhere;
  return counts;
}

function isIn({ namespaces }: Row, name: string | undefined): name is string {
  return name !== undefined && (namespaces === undefined ? name === noNamespace : namespaces.has(name));
}

function stateIn(row: Row, name: string, missed: Missed | undefined): keyof Counts {
  const asked = row.askedIn.has(name);
  const answered = row.answeredIn.has(name);
  return stateOf({ asked, answered, errored: row.erroredIn.has(name) }, missed);
}

type Asked = { readonly asked: boolean; readonly answered: boolean; readonly errored: boolean };

/**
 * The worst that happened to a cell counts, and only answers make one that was looked at. Where nothing was asked there was nothing
 * to ask, unless a list did not finish.
 */
function stateOf({ asked, answered, errored }: Asked, missed: Missed | undefined): keyof Counts {
  if (missed === 'failed') return answered ? 'partial' : 'failed';
  if (!asked) return missed === 'partial' ? 'failed' : 'empty';
  if (!answered) return 'failed';
  return errored || missed !== undefined ? 'partial' : 'scanned';
}

const badness: Readonly<Record<Missed, number>> = { unstored: 1, partial: 2, failed: 3 };

function worse(a: Missed | undefined, b: Missed | undefined): Missed | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return badness[a] > badness[b] ? a : b;
}

/**
 * Some of the places of a run, which are numbered once: a bit for each, so that policies times types times namespaces cost no more
 * than that. Nothing is held until the first one is added.
 */
class PlaceSet {
  readonly #numbers: ReadonlyMap<string, number>;
  #bits: Uint8Array | undefined;
  size = 0;

  constructor(numbers: ReadonlyMap<string, number>) {
    this.#numbers = numbers;
  }

  /** A place that has no number is not of this run, and is not added. */
  add(place: string): void {
    const number = this.#numbers.get(place);
    if (number === undefined || this.has(place)) return;
    this.#bits ??= new Uint8Array(Math.ceil(this.#numbers.size / 8));
    this.#bits[number >> 3] = (this.#bits[number >> 3] ?? 0) | (1 << (number & 7));
    this.size += 1;
  }

  has(place: string): boolean {
    const number = this.#numbers.get(place);
    return number !== undefined && ((this.#bits?.[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }
}
