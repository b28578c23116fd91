import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { type CliResult, runCli } from '../../support/cli.ts';
import type { ApiObject } from '../../support/cluster/api-client.ts';
import type { Cluster } from '../../support/cluster/connection.ts';
import { runInProcess } from '../../support/in-process.ts';
import { type PolicyServer, startPolicyServer } from '../../support/policy-server.ts';
import { type ProxiedCluster, startProxiedCluster } from '../proxied-cluster.ts';
import { Answers } from './answers.ts';
import { ApiFaults, isRunRecord, type ReportGroup } from './api-faults.ts';
import {
  type Moment,
  type NamespaceName,
  namespaceNames,
  type RandomCluster,
  type RandomObject,
  type Reports,
  subjectOf,
} from './cluster.ts';
import { objectPath, toNamespaces, toObject, toPolicies } from './manifests.ts';
import type { Schedule } from './schedule.ts';

/** One audit, and what the faults did to it. */
export type LaneRun = {
  readonly result: CliResult;
  readonly seconds: number;
  /** It ended by SIGKILL. */
  readonly killed: boolean;
  /** How long it went on after a signal; undefined if there was none. */
  readonly secondsAfterStop: number | undefined;
  readonly faults: ApiFaults;
  /** Questions to the policy server that got no answer. */
  readonly unanswered: readonly string[];
  readonly fired: readonly string[];
  /** Requests that change something besides the record of the run. */
  readonly writes: readonly string[];
};

type Report = {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly scope: { readonly kind: string; readonly name: string };
  readonly results?: readonly { readonly policy: string; readonly result: string }[];
};

const objectCollections = ['/api/v1/%/pods', '/api/v1/%/secrets', '/apis/apps/v1/%/deployments'];
const versions = { 'openreports.io': 'v1alpha1', 'wgpolicyk8s.io': 'v1alpha2' } as const;

/**
 * Three namespaces of the shared cluster, with a proxy and a policy server of their own: what happens in one lane is nothing to
 * the others, so that they may wait side by side. The random clusters of a lane come one after another.
 */
export class Lane {
  /** Whether audits cover the whole cluster except other lanes' namespaces; otherwise they name the namespaces. */
  readonly everywhere: boolean;
  readonly #id = `rnd-${randomBytes(3).toString('hex')}`;
  readonly #cluster: Cluster;
  readonly #group: ReportGroup;
  #proxied!: ProxiedCluster;
  #server!: PolicyServer;
  #directory = '';
  #policyPaths: readonly string[] = [];
  /** Names of stored reports to what they are about. */
  readonly #subjects = new Map<string, string>();

  private constructor(cluster: Cluster, everywhere: boolean) {
    this.#cluster = cluster;
    this.everywhere = everywhere;
    this.#group = everywhere ? 'wgpolicyk8s.io' : 'openreports.io';
  }

  static async create(cluster: Cluster, { everywhere }: { readonly everywhere: boolean }): Promise<Lane> {
    const lane = new Lane(cluster, everywhere);
    lane.#proxied = await startProxiedCluster(cluster, lane.#id);
    const authority = await createCertificateAuthority();
    lane.#server = await startPolicyServer({
      certificate: await authority.issueServer(),
      recordRequests: false,
    });
    lane.#directory = await mkdtemp(join(tmpdir(), 'lane-'));
    await writeFile(lane.#caFile, authority.cert);
    return lane;
  }

  /** The random cluster as it is before the change, without reports. */
  async seed(cluster: RandomCluster): Promise<void> {
    await this.#clear();
    const policies = toPolicies(cluster, { lane: this.#id, everywhere: this.everywhere });
    this.#policyPaths = policies.map(objectPath);
    await this.#cluster.apply([
      ...toNamespaces(cluster, this.#id),
      ...policies,
      ...cluster.objects.filter(({ old }) => old).map((object) => toObject(object, this.#id)),
    ]);
  }

  /**
   * The change. Reports of objects that go have no owner then: the cluster's garbage collector would take them as well, at a moment of
   * its own.
   */
  async change({ objects }: RandomCluster): Promise<void> {
    const leaving = objects.filter(({ old, current }) => old && !current);
    const names = new Map([...this.#subjects].map(([name, subject]) => [subject, name]));
    for (const object of leaving) {
      const name = names.get(subjectOf(object));
      if (name !== undefined)
        await this.#cluster.request('PATCH', `${this.#reportsIn(object.namespace)}/${name}`, {
          metadata: { ownerReferences: null },
        });
      await this.#cluster.request('DELETE', objectPath(toObject(object, this.#id)));
    }
    const coming = objects.filter(({ old, current }) => !old && current);
    await this.#cluster.apply(coming.map((object: RandomObject) => toObject(object, this.#id)));
  }

  async scan(cluster: RandomCluster, schedule: Schedule, moment: Moment): Promise<LaneRun> {
    const { proxy } = this.#proxied;
    const faults = new ApiFaults(schedule.api, this.#group);
    const signal = new Termination((what) => {
      // What was deleted before was deleted because everything had been seen.
      if (faults.deletes) faults.missed.note(what);
      else faults.missed.noteEverything(what);
    });
    const answers = new Answers({
      server: this.#server,
      policies: cluster.policies,
      moment,
      schedule,
      onQuestion: (number) => {
        if (schedule.stop?.at !== 'question' || schedule.stop.after !== number) return 'answer';
        signal.send();
        return schedule.stop.silent ? 'silence' : 'answer';
      },
      onGone: () => {
        signal.send();
      },
    });
    proxy.requests.splice(0);
    proxy.inject = (request) => {
      const injected = faults.meet(request);
      if (schedule.stop?.at !== 'request' || schedule.stop.after + 1 !== proxy.requests.length)
        return injected;
      signal.send();
      if (schedule.stop.silent) return { transport: 'silence' };
      // A signal to a process needs a moment to get there.
      return injected ?? { before: () => delay(50) };
    };
    const argv = await this.#arguments(cluster, schedule, moment);
    const startedAt = performance.now();
    const result = await run(argv, signal, schedule.stop?.by ?? 'asked');
    const endedAt = performance.now();
    proxy.inject = () => undefined;
    await answers.end();
    return {
      result,
      killed: signal.sentAt !== undefined && schedule.stop?.by === 'SIGKILL',
      seconds: (endedAt - startedAt) / 1000,
      secondsAfterStop: signal.sentAt === undefined ? undefined : (endedAt - signal.sentAt) / 1000,
      faults,
      unanswered: answers.unanswered(),
      fired: [...faults.fired, ...answers.fired],
      writes: proxy.requests
        .filter(({ method, path }) => method !== 'GET' && !isRunRecord(path))
        .map(({ method, path }) => `${method} ${path}`),
    };
  }

  /** The stored reports, and whatever else of them could be read by somebody who may not read what they are about. */
  async stored(): Promise<{ readonly reports: Reports; readonly text: string }> {
    const lists = await Promise.all(
      [...namespaceNames.map((name) => this.#reportsIn(name)), ...this.#clusterReports].map((path) =>
        this.#cluster.request<{ items: Report[] }>('GET', path),
      ),
    );
    const found = lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => !isRunRecord(`/${metadata.name}`))
      .filter(({ metadata, scope }) => (metadata.namespace ?? scope.name).startsWith(`${this.#id}-`))
      .map((report): [string, string[]] => {
        const subject = this.#subjectOf(report);
        this.#subjects.set(report.metadata.name, subject);
        const lines = report.results?.map(({ policy, result }) => `${policy.split('-').at(-1)} ${result}`);
        return [subject, (lines ?? []).sort()];
      });
    return { reports: Object.fromEntries(found.sort()), text: JSON.stringify(lists) };
  }

  /** What a report of this name is, or was, about. */
  subject(reportName: string): string | undefined {
    return this.#subjects.get(reportName);
  }

  /** The namespace of this lane as the API server knows it. */
  nameOf(namespace: string): string {
    return `${this.#id}-${namespace}`;
  }

  async close(): Promise<void> {
    await this.#clear();
    await Promise.all([this.#server.close(), this.#proxied.proxy.close()]);
    await rm(this.#directory, { recursive: true, force: true });
    for (const name of namespaceNames)
      await this.#cluster.request('DELETE', `/api/v1/namespaces/${this.nameOf(name)}`).catch(() => undefined);
  }

  get #caFile(): string {
    return join(this.#directory, 'ca.crt');
  }

  get #clusterReports(): readonly string[] {
    return this.everywhere ? ['/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports'] : [];
  }

  #reportsIn(namespace: NamespaceName): string {
    const plural = this.#group === 'openreports.io' ? 'reports' : 'policyreports';
    return `/apis/${this.#group}/${versions[this.#group]}/namespaces/${this.nameOf(namespace)}/${plural}`;
  }

  #subjectOf({ metadata: { namespace }, scope }: Report): string {
    const place = namespace === undefined ? '' : `${namespace.slice(this.#id.length + 1)}/`;
    const name = namespace === undefined ? scope.name.slice(this.#id.length + 1) : scope.name;
    return `${scope.kind} ${place}${name}`;
  }

  async #arguments(
    { scope }: RandomCluster,
    { pageSize, concurrency }: Schedule,
    moment: Moment,
  ): Promise<readonly string[]> {
    const audited = (moment === 'old' ? namespaceNames : scope).map((name) => this.nameOf(name));
    return [
      'scan',
      ...(this.everywhere
        ? ['-A', '--exclude-namespaces', await this.#namespacesBut(audited)]
        : ['-n', audited.join(',')]),
      ...['--store', '--report-kind', this.#group === 'openreports.io' ? 'openreports' : 'policyreport'],
      ...['--fail-on', 'never', '-o', 'json', '--show', 'all', '--log-level', 'debug'],
      ...['--page-size', String(pageSize), '--concurrency', String(concurrency)],
      ...['--kubeconfig', this.#proxied.kubeconfigPath],
      ...['--policy-server-url', this.#server.url.href, '--extra-ca', this.#caFile],
    ];
  }

  async #namespacesBut(audited: readonly string[]): Promise<string> {
    const { items } = await this.#cluster.request<{ items: ApiObject[] }>('GET', '/api/v1/namespaces');
    return items
      .map(({ metadata }) => metadata.name)
      .filter((name) => !audited.includes(name))
      .join(',');
  }

  async #clear(): Promise<void> {
    this.#subjects.clear();
    const { reports } = await this.stored();
    const collections = namespaceNames.flatMap((name) => [
      this.#reportsIn(name),
      ...objectCollections.map((path) => path.replace('%', `namespaces/${this.nameOf(name)}`)),
    ]);
    const ofNamespaces = [...this.#subjects]
      .filter(([, subject]) => subject in reports && subject.startsWith('Namespace '))
      .flatMap(([name]) => this.#clusterReports.map((path) => `${path}/${name}`));
    await Promise.all(
      [...this.#policyPaths, ...collections, ...ofNamespaces].map((path) =>
        this.#cluster.request('DELETE', path),
      ),
    );
    this.#policyPaths = [];
    this.#subjects.clear();
  }
}

/** A signal that is sent at most once. */
class Termination {
  /** By `performance.now`; undefined as long as it was not sent. */
  sentAt: number | undefined;
  /** Delivers it to who runs. */
  deliver: () => void = () => undefined;
  readonly #onSend: (what: string) => void;

  constructor(onSend: (what: string) => void) {
    this.#onSend = onSend;
  }

  send(): void {
    if (this.sentAt !== undefined) return;
    this.sentAt = performance.now();
    this.#onSend('the rest, after the signal');
    this.deliver();
  }
}

/** Runs the whole command line, in this process or as it was built in one of its own. */
function run(
  argv: readonly string[],
  signal: Termination,
  by: NonNullable<Schedule['stop']>['by'],
): Promise<CliResult> {
  if (by === 'asked') {
    return runInProcess(argv, {
      onStart: (stop) => {
        signal.deliver = () => {
          stop('SIGTERM');
        };
      },
    });
  }
  return runCli(argv, {
    meanwhile: (cli) => {
      signal.deliver = () => {
        cli.kill(by);
      };
      return Promise.resolve();
    },
  });
}
