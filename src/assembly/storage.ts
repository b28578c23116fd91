import { randomInt } from 'node:crypto';
import type { AuditPorts } from '../audit/index.ts';
import { createPurityFilter, type ReuseConfig, type ScanConfig } from '../config/index.ts';
import { AuditError, digestOf, errorCodes, type Policy, phaseOf, type ReuseTerms } from '../domain/index.ts';
import { type PolicyEvaluator, type ReuseOptions, withReuse } from '../evaluation/index.ts';
import { toolVersion } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import {
  otherReportKind,
  ownedBy,
  type ReuseInput,
  reportMapperFor,
  reportNameOf,
} from '../reports/index.ts';
import { createTee } from '../sinks/index.ts';
import {
  cleanUpLegacyReports,
  createReportStore,
  type ReportStore,
  RunRecords,
  ShardRecords,
  type ShardRecordsOptions,
} from '../sinks/kubernetes/index.ts';
import { listPolicyServerVersions } from '../sources/kubernetes/index.ts';
import type { ComposedAudit, Surroundings } from './composed-audit.ts';
import type { LiveEngine } from './live-engine.ts';

/** Who answers for policies, and what is to be known of that for answers to be reused. */
export type Judge = { readonly evaluator: PolicyEvaluator } & Pick<
  ReuseOptions,
  'observesPurity' | 'readJudges'
>;

export type Storage = Pick<AuditPorts, 'sink' | 'recorder' | 'cleanUp'> & {
  /** Lets stored results replace evaluations; undefined if the user did not ask for that. */
  readonly reuse: ((judge: Judge) => PolicyEvaluator) | undefined;
  readonly sampleSeed: number | undefined;
} & Pick<ComposedAudit, 'lastCompleteAt' | 'wasViolated'>;

type StorageParts = Pick<Surroundings, 'io' | 'sinks' | 'onNotice'>;

/** Where reports go, who records the run, and what earlier runs have left. */
export function createStorage(
  config: ScanConfig,
  client: KubernetesClient,
  surroundings: StorageParts,
): Storage {
  const { sinks } = surroundings;
  const nothing = { recorder: undefined, cleanUp: undefined, reuse: undefined, sampleSeed: undefined };
  if (!config.store) return { ...nothing, sink: createTee(...sinks) };
  const { scope, runRecord, reuse } = config;
  const isWhole = scope.cluster && scope.namespaces === 'all';
  const terms = reuse && toTerms(config, reuse);
  const { store, records, recorder } = createReports(config, { client, terms, ...surroundings });
  const sampleSeed = reuse && (reuse.sample.seed ?? randomInt(2 ** 32));
  return {
    sink: createTee(store, ...sinks),
    recorder: runRecord === true && isWhole ? recorder() : undefined,
    cleanUp: createCleanUp(config, client, surroundings),
    sampleSeed,
    lastCompleteAt: () => records.previous?.lastCompleteAt,
    wasViolated: (subject, policy) => store.wasViolated(subject, policy),
    reuse:
      reuse &&
      terms &&
      (({ evaluator, ...judge }) =>
        withReuse(evaluator, {
          ...judge,
          ...toReuseOptions(reuse, sampleSeed ?? 0),
          stored: store,
          readMarks: (signal) => records.readMarks(terms, signal),
          onNonePure: () => {
            surroundings.onNotice(nonePure);
          },
        })),
  };
}

const nonePure =
  'no policy is declared pure, so no stored result is reused: name policies that depend on the request alone with --pure-policies or with the annotation audit-scanner.io/pure=true';

type ReportParts = Pick<StorageParts, 'onNotice' | 'io'> & {
  readonly client: KubernetesClient;
  readonly terms: ReuseTerms | undefined;
};

type Reports = {
  readonly store: ReportStore;
  readonly records: RunRecords;
  /** Who records the run, if it is to be. */
  readonly recorder: () => AuditPorts['recorder'];
};

function createReports(config: ScanConfig, { client, terms, onNotice, io }: ReportParts): Reports {
  const { reportKind, keepResultsMs: maxAgeMs, shard, jobUid } = config;
  const mapper = reportMapperFor(reportKind);
  const alternative = reportMapperFor(otherReportKind(reportKind));
  const clock = (): Date => new Date(io.now());
  const isLeft = (policy: Policy): boolean => store.isLeft(policy);
  const resumedFrom = (): Date | undefined => store.resumedFrom;
  const reuse = terms && { ...terms, isLeft, resumedFrom };
  const wholeRun = (reused: ReuseInput | undefined): RunRecords =>
    new RunRecords(client, { mapper, toolVersion, clock, onNotice, reuse: reused });
  const records = wholeRun(reuse);
  const keep =
    maxAgeMs === undefined || maxAgeMs === 0
      ? undefined
      : { maxAgeMs, readRecord: (signal: AbortSignal) => records.read(signal) };
  const reuses = terms !== undefined;
  const owns = ownedBy(shard);
  // Only a Job starts a run again under the same UID.
  const resumes = jobUid === undefined ? undefined : terms;
  const store = createReportStore(client, { mapper, alternative, onNotice, keep, owns, reuses, resumes });
  const parts = { client, mapper, clock, onNotice, reuse, wholeRun };
  return { store, records, recorder: () => (shard === undefined ? records : shareRecord(config, parts)) };
}

type ShareParts = Omit<ShardRecordsOptions, 'shard'> & { readonly client: KubernetesClient };

/** Records the run together with the other processes that share it. */
function shareRecord(
  { shard, jobUid }: ScanConfig,
  { client, ...parts }: ShareParts,
): AuditPorts['recorder'] {
  if (shard !== undefined && jobUid !== undefined) return new ShardRecords(client, { ...parts, shard });
  parts.onNotice(
    `this run is not recorded: its shards need --job-uid or AUDIT_SCANNER_JOB_UID to find each other [${errorCodes.runUnshared}]`,
  );
  return undefined;
}

function toTerms({ ignoreNamespaces, kubewardenNamespace }: ScanConfig, { ageMs }: ReuseConfig): ReuseTerms {
  const ignored = [...ignoreNamespaces].sort();
  return { ageMs, ignored: digestOf(JSON.stringify([ignored, kubewardenNamespace])).slice(0, 12) };
}

function toReuseOptions(
  { ageMs, purePolicies, sample: { share } }: ReuseConfig,
  seed: number,
): Pick<ReuseOptions, 'ageMs' | 'isDeclaredPure' | 'phaseOf' | 'sample'> {
  return {
    ageMs,
    isDeclaredPure: createPurityFilter(purePolicies),
    phaseOf: (subject) => phaseOf(reportNameOf(subject)),
    sample: { share, seed },
  };
}

/** OpenReports replace PolicyReports, so those that the scanner wrote before go; never the other way round. */
function createCleanUp(
  { scope, reportKind, shard }: ScanConfig,
  client: KubernetesClient,
  { onNotice }: Pick<StorageParts, 'onNotice'>,
): AuditPorts['cleanUp'] {
  if (reportKind !== 'openreports') return undefined;
  const legacy = reportMapperFor('policyreport');
  return (signal) => cleanUpLegacyReports(client, { legacy, scope, owns: ownedBy(shard), onNotice, signal });
}

/** The engine of this process sees itself what a policy looks at, and which modules it runs. */
export function judgeByProgram(digestOfProgram: LiveEngine['digestOf']): Omit<Judge, 'evaluator'> {
  const judgeOf = (policy: Policy): string | undefined => {
    const digest = digestOfProgram(policy);
    return digest && `audit-scanner ${toolVersion} ${digest}`;
  };
  return { observesPurity: true, readJudges: () => Promise.resolve(judgeOf) };
}

/** A policy server is told by its address where the user gave that, else by its PolicyServer and the generation of it. */
export function judgeByServer(
  client: KubernetesClient,
  url: URL | undefined,
  onNotice: StorageParts['onNotice'],
): Omit<Judge, 'evaluator'> {
  if (url !== undefined) {
    const given = `policy server ${url.href}`;
    return { observesPurity: false, readJudges: () => Promise.resolve(() => given) };
  }
  return {
    observesPurity: false,
    readJudges: async (signal) => {
      try {
        const versions = await listPolicyServerVersions(client, signal);
        return ({ policyServer }) => versions.get(policyServer);
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof AuditError)) throw thrown;
        onNotice(`${thrown.message}, so no stored result is reused in this run [${thrown.code}]`);
        return () => undefined;
      }
    },
  };
}
