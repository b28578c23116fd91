import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

/** Runs that several processes share. */
export const shards = {
  [errorCodes.shardInvalid]: {
    title: 'There is no such shard',
    meaning:
      'The part of the work that this process is to do is not written as INDEX/COUNT, is outside of its count, or there would be more than 64 parts. Indexes count from 0, as those of an Indexed Job do: of four the last one is 3/4.',
    detection:
      '--shard was read, or JOB_COMPLETION_INDEX with --shards or AUDIT_SCANNER_SHARDS, before anything is started.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the shard.', commands: ['audit-scanner scan --store --shard 0/4'] },
      {
        step: 'In a Job, let AUDIT_SCANNER_SHARDS, completions and parallelism be the same number, as manifests/overlays/sharded does.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
    ],
    related: [errorCodes.shardHalfGiven, errorCodes.shardsDisagree],
  },
  [errorCodes.shardHalfGiven]: {
    title: 'It is not known which part of the work this is',
    meaning:
      'The process runs in an Indexed Job, and nothing says how many shards there are; or a count is given, and nothing says which of them this one is. Each Pod would audit everything, and all would write the same reports.',
    detection:
      'Of JOB_COMPLETION_INDEX, which an Indexed Job sets, and the count of --shards or AUDIT_SCANNER_SHARDS, one is there without the other. A scan of files does not mind the index alone.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Set AUDIT_SCANNER_SHARDS to the completions of the Job, and completionMode to Indexed.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
      {
        step: 'To have one process do everything, whatever the Job, say so.',
        commands: ['audit-scanner scan --store --shard 0/1'],
      },
    ],
    related: [errorCodes.shardInvalid],
  },
  [errorCodes.shardsDisagree]: {
    title: 'Shards of one run have different counts',
    meaning:
      'Another process of the same Job shares the work in another number of parts. Together they leave some objects out and audit others twice.',
    detection:
      'The run record has an entry of the same Job with another count. A --shard on the command line wins over AUDIT_SCANNER_SHARDS, so it may be in one Pod only.',
    effect:
      'This is a notice. What this shard audits is stored and judged as ever. The entries of the other count are dropped, so the run is not recorded as a whole: the record says what it said before, and `audit-scanner status` finds it too old after a while.',
    fixes: [
      {
        step: 'Give all Pods of the Job the same count, and leave --shard out of the arguments.',
        commands: ['kubectl -n kubewarden get pods -l batch.kubernetes.io/job-name=NAME -o yaml'],
      },
    ],
    related: [errorCodes.shardInvalid, errorCodes.runUnshared],
  },
  [errorCodes.runUnshared]: {
    title: 'The shards of the run do not know each other',
    meaning:
      'A shard stores reports, and nothing says which run it is a part of. Nobody can tell whether the other shards have run.',
    detection: 'There is a shard, and neither --job-uid nor AUDIT_SCANNER_JOB_UID.',
    effect:
      'This is a notice. The reports of this shard are stored; the run is not recorded, so the record says what it said before.',
    fixes: [
      {
        step: 'Let the Pod have the UID of its Job, from the label batch.kubernetes.io/controller-uid, as manifests/overlays/sharded does.',
        commands: ['kubectl -n kubewarden get cronjob audit-scanner -o yaml'],
      },
      {
        step: 'By hand, give all shards of a run the same UID.',
        commands: ['audit-scanner scan --store --shard 0/2 --job-uid 3f0e2a54-6f0e-4a3c-9d0e-1b6a7c1f9a10'],
      },
    ],
    related: [errorCodes.shardsDisagree, errorCodes.runRecordMissing],
  },
} satisfies ManualChapter;
