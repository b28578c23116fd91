import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { type AuditEvent, type AuditSignals, mergeOutcomes, partOf } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import {
  AuditError,
  type AuditOutcome,
  type Baseline,
  type ClusterOutcome,
  mayRetryHelp,
} from '../domain/index.ts';
import { FairShares } from '../evaluation/index.ts';
import { toUnstartedOutcome } from '../reports/index.ts';
import type { ReportSink } from '../sinks/index.ts';
import { exitCodeOf, strongestExitCode } from '../verdict/index.ts';
import { loadBaseline } from './baseline.ts';
import { describePolicies, type RunPart, type Surroundings } from './composed-audit.ts';
import { connectContexts, mostAtOnce, type OpenedCluster } from './open-contexts.ts';
import { describeSame } from './same-cluster.ts';
import { openOne, type ScanRun } from './scan-run.ts';

/**
 * Scans several clusters in one run: each has a pipeline of its own, and all have the sinks, the bounds and the observers in common.
 * One that fails is missing from the outcome and named there, and the others go on. Rejects with an AuditError for what concerns all.
 */
export async function openContexts(
  config: ScanConfig,
  asked: readonly string[],
  surroundings: Surroundings,
): Promise<ScanRun> {
  const baseline = await loadBaseline(config, { ...surroundings, signal: surroundings.stop });
  const clusters = await connectContexts(config, asked, surroundings);
  for (const cluster of clusters) {
    if (cluster.sameAs.length > 0) surroundings.onNotice(describeSame(cluster));
  }
  const contexts = clusters.map(({ name }) => name);
  const whole = { config, surroundings, baseline, clusters };
  return {
    subject: describe(contexts, config),
    target: { context: undefined, server: undefined, contexts },
    clientCertificateExpiresAt: undefined,
    run: (signals) => scanAll(whole, signals),
    close: async () => {
      await Promise.all(
        clusters.map(({ opened }) => ('client' in opened ? opened.client.close() : Promise.resolve())),
      );
    },
  };
}

function describe(contexts: readonly string[], config: ScanConfig): string {
  const { policySources } = config;
  const named =
    contexts.length === 1
      ? `context ${contexts.join('')}`
      : `${contexts.length} contexts: ${contexts.join(', ')};`;
  const which = policySources.files === undefined ? '' : ` with ${describePolicies(config)},`;
  return `${named}${which} read-only, evaluating here`;
}

type Whole = {
  readonly config: ScanConfig;
  readonly surroundings: Surroundings;
  readonly baseline: Baseline | undefined;
  readonly clusters: readonly OpenedCluster[];
};

async function scanAll(whole: Whole, signals: AuditSignals): Promise<AuditOutcome> {
  const { clusters, config, surroundings, baseline } = whole;
  const { observer, io } = surroundings;
  const run = { runUid: randomUUID(), startedAt: new Date(io.now()) };
  const atOnce = Math.min(clusters.length, mostAtOnce, config.limits.concurrency);
  const shares = new FairShares(config.limits.concurrency);
  const allThreads = new FairShares(availableParallelism());
  observer.observe({ type: 'clusters-planned', clusters: clusters.length });
  const limit = pLimit(atOnce);
  const scanned = await Promise.all(
    clusters.map((cluster) =>
      limit(async () => {
        const share = shares.join();
        const threads = allThreads.join();
        try {
          return await scanOne(cluster, { whole, signals, share, threads });
        } finally {
          share.end();
          threads.end();
          observer.observe({ type: 'cluster-finished', cluster: cluster.name });
        }
      }),
    ),
  );
  requireOne(scanned);
  const finishedAt = new Date(io.now());
  return mergeOutcomes({ run, finishedAt, baseline }, scanned);
}

type Own = Pick<RunPart, 'share' | 'threads'> & { readonly whole: Whole; readonly signals: AuditSignals };

/** Never rejects with an AuditError: what keeps a cluster from being scanned is what comes of it. */
async function scanOne({ name, opened, sameAs }: OpenedCluster, own: Own): Promise<ClusterOutcome> {
  const { config, surroundings } = own.whole;
  const { observer, io } = surroundings;
  const { server, uid } = 'client' in opened ? opened : {};
  const cluster = { name, server, uid, sameAs };
  try {
    if (!('client' in opened)) throw opened;
    const target = { context: name, server, uid };
    const baseline = own.whole.baseline && partOf(own.whole.baseline, target);
    const part = { client: opened.client, target, share: own.share, threads: own.threads, baseline };
    const one = { ...config, contexts: undefined, context: name, baselineSource: undefined };
    const scan = await openOne(one, { ...within(name, surroundings), part });
    try {
      return { ...cluster, started: true, outcome: await scan.run(own.signals) };
    } finally {
      await scan.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof AuditError)) throw thrown;
    observer.observe({ type: 'incident', incident: { error: thrown, scope: {}, count: 1 }, cluster: name });
    const outcome = toUnstartedOutcome([thrown], randomUUID(), new Date(io.now()));
    return { ...cluster, started: false, outcome };
  }
}

/** What the run says and keeps of a cluster names it. */
function within(cluster: string, surroundings: Surroundings): Surroundings {
  const { observer, sinks, onNotice, onPolicyLog, io } = surroundings;
  const [first, ...others] = sinks;
  return {
    ...surroundings,
    io: { ...io, stdin: { ...io.stdin, isTTY: false } },
    observer: {
      observe: (event: AuditEvent) => {
        observer.observe({ ...event, cluster });
      },
    },
    sinks: [named(first, cluster), ...others.map((sink) => named(sink, cluster))],
    onNotice: (text) => {
      onNotice(`${cluster}: ${text}`);
    },
    onPolicyLog: (log) => {
      onPolicyLog({ ...log, message: `${cluster}: ${log.message}` });
    },
  };
}

function named(sink: ReportSink, cluster: string): ReportSink {
  return {
    open: (run, scope, signal) => sink.open(run, scope, signal),
    write: (report, signal) => sink.write({ ...report, cluster }, signal),
    close: (mayDelete, signal) => sink.close(mayDelete, signal),
  };
}

/** Where no cluster was scanned, the run did not start: for the reason that counts most, which may be the same for all. */
function requireOne(clusters: readonly ClusterOutcome[]): void {
  if (clusters.some(({ started }) => started)) return;
  const failures = clusters.flatMap(({ name, outcome }) =>
    outcome.incidents.map(({ error }) => ({ name, error, exitCode: exitCodeOf(error, 'scan') })),
  );
  const strongest = strongestExitCode(...failures.map(({ exitCode }) => exitCode));
  const first = failures.find(({ exitCode }) => exitCode === strongest);
  if (first === undefined) throw new TypeError('a cluster that did not start says why');
  if (failures.length === 1 || failures.every(({ error }) => error.message === first.error.message))
    throw first.error;
  const { code, tries } = first.error;
  throw new AuditError(code, `none of the ${failures.length} clusters could be scanned`, {
    facts: failures.map(({ name, error }) => `${name}: ${error.message} [${error.code}]`),
    tries,
    lasting: !failures.some(({ error }) => mayRetryHelp(error)),
  });
}
