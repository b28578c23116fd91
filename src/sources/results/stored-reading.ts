import {
  type ApiResource,
  type AuditError,
  type AuditOutcome,
  compareResults,
  formatApiVersion,
  formatGroupResource,
  type ObjectReference,
  type Policy,
  parseApiVersion,
  type ResourceReport,
} from '../../domain/index.ts';
import { parseStoredReport } from './stored-document.ts';
import { toStoredOutcome } from './stored-outcome.ts';
import { StoredPolicies } from './stored-policies.ts';
import type { StoredRun } from './stored-run.ts';
import { StoredTally } from './stored-tally.ts';

/** A stored report as the API gives it, or a place where reports could not be listed. */
export type StoredPart =
  | { readonly report: unknown }
  | { readonly resource: string; readonly error: AuditError };

/** What of the reports is read; all of it where nothing is said. */
export type StoredSelection = {
  /** Undefined where that cannot be told of a type whose plural is a guess. */
  readonly acceptsObject: (subject: ObjectReference, type: ApiResource) => boolean | undefined;
  readonly acceptsPolicy: (policy: Policy) => boolean;
};

/** Makes of stored reports what a scan would have made, and counts it on the way. */
export class StoredReading {
  readonly #run: StoredRun;
  readonly #selection: StoredSelection;
  readonly #policies: StoredPolicies;
  readonly #types: ReadonlyMap<string, ApiResource>;
  readonly #tally = new StoredTally();

  constructor(run: StoredRun, selection: StoredSelection) {
    this.#run = run;
    this.#selection = selection;
    this.#policies = new StoredPolicies(run.policies instanceof Array ? run.policies : undefined);
    this.#types = new Map(run.types.map((type) => [keyOf(formatApiVersion(type), type.kind), type]));
  }

  /** Reads one report after the other; only what is counted of them is kept. */
  async *read(parts: AsyncIterable<StoredPart>): AsyncGenerator<ResourceReport> {
    for await (const part of parts) {
      if ('error' in part) {
        this.#tally.unlisted.push(part);
        continue;
      }
      this.#tally.listed += 1;
      const report = this.#toReport(part.report);
      if (report === undefined) continue;
      this.#tally.addReport(report);
      yield report;
    }
  }

  /** Undefined where it has nothing that was asked for. */
  #toReport(stored: unknown): ResourceReport | undefined {
    const document = parseStoredReport(stored);
    if (document === undefined) {
      this.#tally.unreadable += 1;
      return undefined;
    }
    const { subject, rows } = document;
    const type = this.#typeOf(subject);
    const isAsked = this.#selection.acceptsObject(subject, type);
    if (isAsked === false) return undefined;
    const results = rows.flatMap((row) => {
      const found = this.#policies.find(row);
      if (!this.#selection.acceptsPolicy(found.policy)) return [];
      this.#tally.addRow(row, found);
      const { result, message } = row;
      return [{ policy: found.policy, result, message, errorCode: undefined }];
    });
    if (results.length === 0) return undefined;
    if (isAsked === undefined) this.#tally.addUndecided(type);
    return { subject, groupResource: formatGroupResource(type), results: results.sort(compareResults) };
  }

  /** Of a type that the cluster does not serve any more, the plural is not known. */
  #typeOf({ apiVersion, kind, namespace }: ObjectReference): ApiResource {
    const known = this.#types.get(keyOf(apiVersion, kind));
    const guess = { resource: kind.toLowerCase(), namespaced: namespace !== undefined, isGuess: true };
    return known ?? { ...parseApiVersion(apiVersion), kind, verbs: [], ...guess };
  }

  /** Why there is nothing that could be read: what kept it from being listed, or `none` where nobody has stored any. */
  findNothing(): AuditError | 'none' | undefined {
    if (this.#tally.listed > 0) return undefined;
    const [first] = this.#tally.unlisted;
    return first?.error ?? (this.#run.record === undefined ? 'none' : undefined);
  }

  /** What the reports that have been read come to, as of the run that confirmed them last. */
  outcome(): AuditOutcome {
    return toStoredOutcome(this.#tally, this.#run);
  }
}

function keyOf(apiVersion: string, kind: string): string {
  return `${apiVersion}\n${kind}`;
}
