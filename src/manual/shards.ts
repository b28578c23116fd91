import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

/** Runs that several processes share. */
export const shards = {
  [errorCodes.shardInvalid]: {
    title: 'There is no such shard',
    meaning:
      'The shard of this process is not written as INDEX/COUNT, its index is out of range, or there would be more than 64 shards. Indexes start at 0, like those of an Indexed Job: the last of four is 3/4.',
    detection:
      'Before anything else starts, audit-scanner checks --shard, or JOB_COMPLETION_INDEX together with --shards or AUDIT_SCANNER_SHARDS.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the shard.', commands: ['audit-scanner scan --store --shard 0/4'] },
      {
        step: 'In a Job, set AUDIT_SCANNER_SHARDS, completions and parallelism to the same number, as manifests/overlays/sharded does.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
    ],
    related: [errorCodes.shardHalfGiven, errorCodes.shardsDisagree],
  },
  [errorCodes.shardHalfGiven]: {
    title: 'Cannot tell which shard this process is',
    meaning:
      'The process runs in an Indexed Job, but the number of shards is not given; or the number is given, but not the index of this process. Each Pod would audit everything, and all would write the same reports.',
    detection:
      'JOB_COMPLETION_INDEX, which an Indexed Job sets, and the count from --shards or AUDIT_SCANNER_SHARDS have to be given together. A scan of files ignores an index without a count.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Set AUDIT_SCANNER_SHARDS to the completions of the Job, and completionMode to Indexed.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
      {
        step: 'To let one process do everything in any Job, say so.',
        commands: ['audit-scanner scan --store --shard 0/1'],
      },
    ],
    related: [errorCodes.shardInvalid],
  },
  [errorCodes.shardsDisagree]: {
    title: 'Shards of one run have different counts',
    meaning:
      'Another process of the same Job divides the work into a different number of shards. Together they miss some objects and audit others twice.',
    detection:
      'The run record has an entry of the same Job with a different count. A --shard on the command line overrides AUDIT_SCANNER_SHARDS, so a single Pod may differ.',
    effect:
      'This is a notice. The results of this shard are stored and judged as usual. The entries with the other count are dropped, so the run is not recorded as a whole: the record stays as it was, and `audit-scanner status` eventually reports it as out of date.',
    fixes: [
      {
        step: 'Give all Pods of the Job the same count, and leave --shard out of the arguments.',
        commands: ['kubectl -n kubewarden get pods -l batch.kubernetes.io/job-name=NAME -o yaml'],
      },
    ],
    related: [errorCodes.shardInvalid, errorCodes.runUnshared],
  },
  [errorCodes.runUnshared]: {
    title: 'The shards of a run cannot find each other',
    meaning:
      'A shard stores reports, but does not know which run it belongs to, so nothing can tell whether the other shards have run.',
    detection: 'A shard is given, but neither --job-uid nor AUDIT_SCANNER_JOB_UID is.',
    effect:
      'This is a notice. The reports of this shard are stored; the run is not recorded, so the record stays as it was.',
    fixes: [
      {
        step: 'Give the Pod the UID of its Job, from the label batch.kubernetes.io/controller-uid, as manifests/overlays/sharded does.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
      {
        step: 'If you start shards by hand, give all shards of a run the same UID.',
        commands: ['audit-scanner scan --store --shard 0/2 --job-uid 3f0e2a54-6f0e-4a3c-9d0e-1b6a7c1f9a10'],
      },
    ],
    related: [errorCodes.shardsDisagree, errorCodes.runRecordMissing],
  },
} satisfies ManualChapter;
