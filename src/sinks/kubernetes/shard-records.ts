import { type AuditOutcome, errorCodes, formatShard, type Incident, type Shard } from '../../domain/index.ts';
import { isApiStatus } from '../../kubernetes/index.ts';
import {
  annotationOf,
  mergeShards,
  type ReportMapper,
  type ReuseInput,
  runRecordName,
  runRecordVersion,
  type ShardEntry,
  shardFact,
  termsOf,
  toEmptyRecord,
  writeShardEntry,
} from '../../reports/index.ts';
import { parseJson } from '../../text/index.ts';
import type { RunRecorder } from '../index.ts';
import { collectionPath, jsonType, type KubernetesApi, mergePatchType, reportPath } from './api.ts';
import type { OnNotice } from './deletion.ts';
import { type FoundRecord, findRunRecord, readFound, requireOurs, toRecordIncident } from './run-records.ts';

export type ShardRecordsOptions = {
  readonly mapper: ReportMapper;
  readonly shard: Shard;
  readonly clock: () => Date;
  readonly onNotice: OnNotice;
  /** Undefined where runs reuse no stored results. */
  readonly reuse: ReuseInput | undefined;
  /** Who writes what all shards come to, with or without what the next run needs to reuse results. */
  readonly wholeRun: (reuse: ReuseInput | undefined) => RunRecorder;
};

const maxTries = 5;

/**
 * Records a run that several processes share. Each writes one annotation unconditionally, so that they do not conflict; the
 * last one, which finds those of all others beside its own, writes the combined result, as one process would. Until then the record stays as it was.
 */
export class ShardRecords implements RunRecorder {
  readonly #client: KubernetesApi;
  readonly #options: ShardRecordsOptions;

  constructor(client: KubernetesApi, options: ShardRecordsOptions) {
    this.#client = client;
    this.#options = options;
  }

  async write(outcome: AuditOutcome, signal: AbortSignal): Promise<Incident | undefined> {
    const { shard, reuse, wholeRun } = this.#options;
    try {
      const { shards } = await this.#leave(writeShardEntry(outcome, shard, reuse), signal);
      const ofRun = shards.filter(({ job }) => job === outcome.run.runUid);
      const entries = this.#dropOtherCounts(ofRun);
      if (entries.length < shard.count) return undefined;
      const isSame = entries.every(({ terms }) => terms === termsOf(reuse));
      return await wholeRun(isSame ? reuse : undefined).write(mergeShards(outcome, entries), signal);
    } catch (thrown) {
      return signal.aborted ? undefined : toRecordIncident(this.#options.mapper, thrown);
    }
  }

  /** Puts the text into the record. Resolves to the record as it is then. */
  async #leave(text: string, signal: AbortSignal): Promise<FoundRecord> {
    const { mapper, clock } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const found = await findRunRecord(this.#client, { api: mapper.cluster, now: clock(), signal });
      requireOurs(found);
      try {
        const { body } = await this.#send(text, { exists: found !== undefined, signal });
        return readFound(parseJson(body), clock());
      } catch (thrown) {
        // Another shard has just created the record, or somebody has deleted it.
        const isOutdated = isApiStatus(thrown, 409) || isApiStatus(thrown, 404);
        if (!isOutdated || tries === maxTries) throw thrown;
      }
    }
  }

  #send(
    text: string,
    { exists, signal }: { readonly exists: boolean; readonly signal: AbortSignal },
  ): ReturnType<KubernetesApi['request']> {
    const { mapper, shard } = this.#options;
    const own = { [annotationOf(shardFact(shard.index))]: text };
    const api = mapper.cluster;
    return this.#client.request({
      method: exists ? 'PATCH' : 'POST',
      path: exists ? reportPath(api, undefined, runRecordName) : collectionPath(api, undefined),
      body: JSON.stringify(
        exists
          ? { metadata: { annotations: own } }
          : toEmptyRecord(mapper, { ...own, [annotationOf('record-version')]: runRecordVersion }),
      ),
      contentType: exists ? mergePatchType : jsonType,
      idempotent: true,
      signal,
    });
  }

  /** Shards of another count have shared the work in another way: with theirs, nothing can be summed up. */
  #dropOtherCounts(entries: readonly ShardEntry[]): readonly ShardEntry[] {
    const { shard, onNotice } = this.#options;
    const others = entries.filter((entry) => entry.shard.count !== shard.count);
    if (others.length > 0) {
      const names = others.map((entry) => formatShard(entry.shard)).join(', ');
      onNotice(
        `this is shard ${formatShard(shard)}, and others of the same run are ${names}: those are left out, so this run is not recorded as a whole [${errorCodes.shardsDisagree}]`,
      );
    }
    return entries.filter((entry) => entry.shard.count === shard.count);
  }
}
