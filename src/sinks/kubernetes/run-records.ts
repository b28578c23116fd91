import {
  AuditError,
  type AuditOutcome,
  errorCodes,
  type Incident,
  type Mark,
  markOf,
  type Policy,
  type ReuseTerms,
  type RunRecord,
  type UnusableRecord,
} from '../../domain/index.ts';
import { isApiStatus } from '../../kubernetes/index.ts';
import {
  annotationOf,
  type ReportApi,
  type ReportMapper,
  type ReuseInput,
  type RunRecordBody,
  type RunRow,
  runRecordName,
  type ShardEntry,
  shardFact,
  toRunRecord,
} from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import type { RunRecorder } from '../index.ts';
import {
  collectionPath,
  jsonType,
  type KubernetesApi,
  mergePatchType,
  reasonOf,
  reportPath,
  resourceNameOf,
} from './api.ts';
import type { OnNotice } from './deletion.ts';
import { readPolicyRows, readRunRecord } from './run-record-reader.ts';
import { readShardEntries } from './shard-entry-reader.ts';
import { readIdentity } from './stored-report.ts';

export type RunRecordsOptions = {
  readonly mapper: ReportMapper;
  readonly toolVersion: string;
  readonly clock: () => Date;
  readonly onNotice: OnNotice;
  /** Undefined where runs reuse no stored results. */
  readonly reuse?: ReuseInput | undefined;
};

/** What there is under the record's name. */
export type FoundRecord = {
  readonly record: RunRecord | UnusableRecord;
  /** What it says of policies that were not audited in full. */
  readonly rows: readonly RunRow[];
  /** What the shards of runs have left in it. */
  readonly shards: readonly ShardEntry[];
  readonly resourceVersion: string;
};

/** The record, or why there is none. */
type Reading = {
  readonly record?: RunRecord | undefined;
  readonly why: string;
  /** A detail for the end of the message. */
  readonly detail: string;
};

const maxTries = 3;

/** Looks for the run record. Undefined where there is none; rejects as the client does. */
export async function findRunRecord(
  client: KubernetesApi,
  { api, now, signal }: { readonly api: ReportApi; readonly now: Date; readonly signal: AbortSignal },
): Promise<FoundRecord | undefined> {
  try {
    const { body } = await client.request({
      method: 'GET',
      path: reportPath(api, undefined, runRecordName),
      signal,
    });
    return readFound(parseJson(body), now);
  } catch (thrown) {
    if (isApiStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

/** The record as the API gives it. */
export function readFound(document: unknown, now: Date): FoundRecord {
  return {
    record: readRunRecord(document, now),
    rows: readPolicyRows(document),
    shards: readShardEntries(document, now),
    resourceVersion: readIdentity(document).resourceVersion,
  };
}

/** Reads and writes the record of the last run over the whole cluster. */
export class RunRecords implements RunRecorder {
  readonly #client: KubernetesApi;
  readonly #options: RunRecordsOptions;
  #read: Promise<Reading> | undefined;
  #previous: RunRecord | undefined;
  readonly #told = new Set<string>();

  constructor(client: KubernetesApi, options: RunRecordsOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** What the record said before it was last written or read, if it could be trusted. */
  get previous(): RunRecord | undefined {
    return this.#previous;
  }

  /** The record of earlier runs if it can be trusted; asked for once. Rejects only when the signal aborts. */
  async read(signal: AbortSignal): Promise<RunRecord | undefined> {
    const reading = await this.#readOnce(signal);
    this.#tell(reading, 'stored results of policies that give no answer are not kept');
    return reading.record;
  }

  /** When each policy last answered all that was due, on these terms. Rejects only when the signal aborts. */
  async readMarks(terms: ReuseTerms, signal: AbortSignal): Promise<(policy: Policy) => Mark> {
    const reading = await this.#readOnce(signal);
    // Within the tolerance for clocks the record is good, but what that run has stored would seem to be of later than this one.
    const isAhead = reading.record !== undefined && reading.record.finishedAt > this.#options.clock();
    const usable = isAhead ? { why: 'the run record is from the future', detail: '' } : reading;
    this.#tell(usable, 'no stored result is reused in this run');
    return (policy) => markOf(usable.record, terms, policy);
  }

  #tell({ record, why, detail }: Reading, consequence: string): void {
    if (record !== undefined || this.#told.has(consequence)) return;
    this.#told.add(consequence);
    this.#options.onNotice(`${why}, so ${consequence}${detail}`);
  }

  #readOnce(signal: AbortSignal): Promise<Reading> {
    this.#read ??= this.#readNow(signal);
    return this.#read;
  }

  async #readNow(signal: AbortSignal): Promise<Reading> {
    try {
      const found = await this.#find(signal);
      if (found === undefined) return { why: 'there is no run record', detail: '' };
      const record = trusted(found);
      this.#previous = record;
      return { record, why: `the run record ${explainRecord(found.record)}`, detail: '' };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return { why: 'the run record cannot be read', detail: `: ${reasonOf(thrown)}` };
    }
  }

  async write(outcome: AuditOutcome, signal: AbortSignal): Promise<Incident | undefined> {
    try {
      await this.#write(outcome, signal);
      return undefined;
    } catch (thrown) {
      if (signal.aborted) return undefined;
      return toRecordIncident(this.#options.mapper, thrown);
    }
  }

  async #write(outcome: AuditOutcome, signal: AbortSignal): Promise<void> {
    const { mapper, toolVersion, reuse } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const found = await this.#find(signal);
      requireOurs(found);
      const previous = found && trusted(found);
      this.#previous = previous;
      const body = toRunRecord(mapper, { outcome, toolVersion, previous, reuse });
      try {
        await this.#send(body, found, signal);
        return;
      } catch (thrown) {
        // Another run was faster, or somebody deleted the record.
        const isOutdated = isApiStatus(thrown, 409) || (found !== undefined && isApiStatus(thrown, 404));
        if (!isOutdated || tries === maxTries) throw thrown;
      }
    }
  }

  #find(signal: AbortSignal): Promise<FoundRecord | undefined> {
    const { mapper, clock } = this.#options;
    return findRunRecord(this.#client, { api: mapper.cluster, now: clock(), signal });
  }

  async #send(body: RunRecordBody, found: FoundRecord | undefined, signal: AbortSignal): Promise<void> {
    const api = this.#options.mapper.cluster;
    await this.#client.request({
      method: found === undefined ? 'POST' : 'PATCH',
      path: found === undefined ? collectionPath(api, undefined) : reportPath(api, undefined, runRecordName),
      body: JSON.stringify(found === undefined ? body : toPatch(body, found)),
      contentType: found === undefined ? jsonType : mergePatchType,
      idempotent: true,
      signal,
    });
  }
}

/** That the record could not be written. */
export function toRecordIncident(mapper: ReportMapper, thrown: unknown): Incident {
  const resource = resourceNameOf(mapper.cluster);
  const message = `the run record ${resource}/${runRecordName} could not be written: ${reasonOf(thrown)}`;
  const tries = isApiStatus(thrown, 403)
    ? [`grant the scanner the verbs "get", "create" and "patch" on ${resource}`]
    : [`kubectl get ${resource} ${runRecordName} -o yaml`];
  const error = new AuditError(errorCodes.runRecordNotWritten, message, { cause: thrown, tries });
  return { error, scope: { resource }, count: 1 };
}

function trusted({ record }: FoundRecord): RunRecord | undefined {
  return 'unusable' in record ? undefined : record;
}

/** Throws if the record must not be overwritten. */
export function requireOurs(found: FoundRecord | undefined): void {
  if (found === undefined || !('unusable' in found.record)) return;
  const { unusable } = found.record;
  if (unusable === 'foreign' || unusable === 'newer')
    throw new Error(`the existing record ${explainRecord(found.record)}`);
}

/** As the end of "the run record …". */
export function explainRecord(record: RunRecord | UnusableRecord): string {
  return 'unusable' in record ? explanations[record.unusable] : 'is good';
}

const explanations: Readonly<Record<UnusableRecord['unusable'], string>> = {
  foreign: 'was not written by audit-scanner',
  newer: 'was written by a newer version of audit-scanner',
  malformed: 'cannot be read: something has changed it',
  future: 'has times in the future: the clock of some machine is wrong',
  unfinished: 'belongs to a first run whose shards have not all finished',
};

/** Other tools' annotations stay; ours are removed if they are obsolete or belong to shards of other runs. */
function toPatch(
  { metadata, ...body }: RunRecordBody,
  { shards, resourceVersion }: Pick<FoundRecord, 'shards' | 'resourceVersion'>,
): object {
  const runUid = metadata.annotations[annotationOf('run-uid')];
  const past = shards.filter(({ job }) => job !== runUid).map(({ shard }) => shardFact(shard.index));
  const absent = Object.fromEntries(past.map((fact) => [annotationOf(fact), null]));
  return {
    ...body,
    metadata: { resourceVersion, annotations: { ...absentAnnotations, ...absent, ...metadata.annotations } },
  };
}

const absentAnnotations = { [annotationOf('last-complete-at')]: null, [annotationOf('reuse')]: null };
