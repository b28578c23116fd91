import {
  type AuditError,
  type Change,
  type ChangeCounts,
  type ComparedPolicy,
  type Comparison,
  type NotCompared,
  type ObjectReference,
  type Policy,
  type PolicyPair,
  type PolicyResult,
  type PolicyStatus,
  type ResourceReport,
} from '../domain/index.ts';
import { addCounts, type CountName, noChanges, toNotCompared } from './counts.ts';
import { listDifferences } from './differences.ts';
import { type Answers, changeKinds, compareAnswers, explainChange, findError } from './fate.ts';
import { findProblem } from './problems.ts';

type Place = string | undefined;

/** What is known of one pair so far. */
type Entry = {
  readonly pair: PolicyPair;
  readonly counts: Map<Place, ChangeCounts>;
  readonly changes: Change[];
  readonly notCompared: Map<string, NotCompared>;
  newlyAsked: number;
  noLongerAsked: number;
};

type Failure = Pick<NotCompared, 'side' | 'code' | 'reason'>;

/**
 * Compares what two policies say of each object, object by object: what stays as it is is only counted. Whoever lists the policies tells
 * which are compared; whether an answer is missing for both policies of a pair is known when all statuses are.
 */
export class Comparer {
  readonly #entries: Entry[] = [];
  readonly #entryOf = new Map<Policy, Entry>();
  /** By object: policies of which it is not known whether they are asked about it. */
  readonly #unknown = new Map<
    string,
    { readonly subject: ObjectReference; readonly why: Map<Entry, Failure> }
  >();

  /** To be called once, before anything is added. */
  pair(pairs: readonly PolicyPair[]): void {
    for (const pair of pairs) {
      const entry: Entry = {
        pair,
        counts: new Map(),
        changes: [],
        notCompared: new Map(),
        newlyAsked: 0,
        noLongerAsked: 0,
      };
      this.#entries.push(entry);
      this.#entryOf.set(pair.proposed, entry);
      if (isPolicy(pair.installed)) this.#entryOf.set(pair.installed, entry);
    }
  }

  /** It is not known whether the policy is asked about the object. To be called before the report on the object is added. */
  miss(subject: ObjectReference, policy: Policy, { code, message: reason }: AuditError): void {
    const entry = this.#entryOf.get(policy);
    if (entry === undefined) return;
    const known = this.#unknown.get(subject.uid) ?? { subject, why: new Map<Entry, Failure>() };
    known.why.set(entry, { side: sideOf(entry, policy), code, reason });
    this.#unknown.set(subject.uid, known);
  }

  /** What both policies of each pair say of one object. */
  add({ results, ...report }: ResourceReport): void {
    const unknown = this.#unknown.get(report.subject.uid)?.why;
    for (const [entry, answers] of this.#group(results)) {
      const failure = unknown?.get(entry) ?? toFailure(answers);
      unknown?.delete(entry);
      if (failure === undefined) compare(entry, report, answers);
      else leaveOut(entry, report.subject.namespace, failure);
    }
  }

  /** To be called once, when everything was added. */
  finish(statuses: readonly PolicyStatus[]): Comparison {
    for (const { subject, why } of this.#unknown.values())
      for (const [entry, failure] of why) leaveOut(entry, subject.namespace, failure);
    const finished = this.#entries.map((entry) => finishEntry(entry, statuses));
    const namespaces = sumByPlace(finished.map(({ counts }) => counts));
    return {
      policies: finished.map(({ policy }) => policy),
      counts: [...namespaces.values()].reduce(addCounts, noChanges),
      namespaces,
      changes: finished.flatMap(({ changes }) => changes),
      notCompared: finished.flatMap(({ notCompared }) => notCompared),
    };
  }

  #group(results: readonly PolicyResult[]): ReadonlyMap<Entry, Answers> {
    const found = new Map<Entry, Answers>();
    for (const result of results) {
      const entry = this.#entryOf.get(result.policy);
      if (entry === undefined) continue;
      const answers = found.get(entry) ?? { installed: undefined, proposed: undefined };
      found.set(entry, { ...answers, [sideOf(entry, result.policy)]: result });
    }
    return found;
  }
}

function isPolicy(installed: PolicyPair['installed']): installed is Policy {
  return installed !== undefined && !(installed instanceof Error);
}

function sideOf({ pair }: Entry, policy: Policy): keyof Answers {
  return policy === pair.proposed ? 'proposed' : 'installed';
}

function toFailure(answers: Answers): Failure | undefined {
  const error = findError(answers);
  return error && { side: error.side, code: error.result.errorCode, reason: error.result.message ?? '' };
}

function compare(entry: Entry, report: Change['report'], answers: Answers): void {
  const count = compareAnswers(answers);
  increase(entry.counts, report.subject.namespace, count);
  if (answers.installed === undefined) entry.newlyAsked += 1;
  if (answers.proposed === undefined) entry.noLongerAsked += 1;
  const kind = changeKinds[count];
  if (kind === undefined) return;
  // Where there was no policy before, nothing was looked at, and nobody has to be told.
  const why = isPolicy(entry.pair.installed) ? explainChange(kind, answers) : undefined;
  entry.changes.push({ kind, report, policy: entry.pair.proposed, ...answers, why });
}

/** Counted by the reason, because one that cannot run says the same of every object. */
function leaveOut(entry: Entry, namespace: Place, failure: Failure): void {
  increase(entry.counts, namespace, 'notCompared');
  const key = JSON.stringify([failure.side, failure.code, failure.reason]);
  const known = entry.notCompared.get(key) ?? { policy: entry.pair.proposed, ...failure, count: 0 };
  entry.notCompared.set(key, { ...known, count: known.count + 1 });
}

function increase(counts: Map<Place, ChangeCounts>, namespace: Place, name: CountName): void {
  const known = counts.get(namespace) ?? noChanges;
  counts.set(namespace, { ...known, [name]: known[name] + 1 });
}

type Finished = {
  readonly policy: ComparedPolicy;
  readonly counts: ReadonlyMap<Place, ChangeCounts>;
  readonly changes: readonly Change[];
  readonly notCompared: readonly NotCompared[];
};

function finishEntry(entry: Entry, statuses: readonly PolicyStatus[]): Finished {
  const { pair, changes, newlyAsked, noLongerAsked } = entry;
  const problem = findProblem(pair, statuses);
  const hasProblem = problem !== undefined;
  const counts = hasProblem
    ? new Map([...entry.counts].map(([place, one]) => [place, toNotCompared(one)]))
    : entry.counts;
  const total = [...counts.values()].reduce(addCounts, noChanges);
  return {
    policy: {
      ...pair,
      counts: total,
      differences: listDifferences(pair),
      newlyAsked: hasProblem ? 0 : newlyAsked,
      noLongerAsked: hasProblem ? 0 : noLongerAsked,
    },
    counts,
    changes: hasProblem ? [] : changes,
    notCompared: hasProblem
      ? [{ policy: pair.proposed, ...withCode(problem, entry), count: total.notCompared }]
      : [...entry.notCompared.values()],
  };
}

/** A status says why, and what kind of failure it is was said of each object. */
function withCode(problem: Failure, { notCompared }: Entry): Failure {
  const said = [...notCompared.values()].find(({ side }) => side === problem.side);
  return { ...problem, code: problem.code ?? said?.code };
}

function sumByPlace(all: readonly ReadonlyMap<Place, ChangeCounts>[]): ReadonlyMap<Place, ChangeCounts> {
  const sums = new Map<Place, ChangeCounts>();
  for (const counts of all)
    for (const [place, count] of counts) sums.set(place, addCounts(sums.get(place) ?? noChanges, count));
  return sums;
}
