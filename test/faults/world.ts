import { setTimeout as delay } from 'node:timers/promises';
import type { CertificateAuthority } from '../support/certificates.ts';
import type { CliResult } from '../support/cli.ts';
import { ApiError, type ApiObject } from '../support/cluster/api-client.ts';
import type { Cluster } from '../support/cluster/connection.ts';
import { aConfigMap, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import type { FaultProxy, Injection } from '../support/fault-proxy.ts';
import { type InProcessOptions, runInProcess } from '../support/in-process.ts';
import type { AdmissionRequest, AnswerFunction, PolicyServer } from '../support/policy-server.ts';
import { World } from '../support/world.ts';
import { type ProxiedCluster, startProxiedCluster } from './proxied-cluster.ts';

/** Stands in every object and in the token: no output may ever show it. */
export const secretMarks = ['hunter2', 'admin-token'] as const;

/** An API server that has just started refuses custom resources for a while. */
async function untilReady<T>(request: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || tries === 100) throw error;
      await delay(200);
    }
  }
}

function aStaleReport(namespace: string, scope: { kind: string; name: string }): ApiObject {
  return {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    kind: 'PolicyReport',
    metadata: {
      name: `stale-${scope.name}`,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'kubewarden' },
    },
    scope: { apiVersion: 'v1', namespace, ...scope },
    summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 },
    results: [{ policy: 'of-the-past', result: 'pass' }],
  };
}

const storing = ['--store', '--report-kind', 'policyreport', '--fail-on', 'never'];
const runRecordPath = '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/audit-scanner-run';

function laterBy(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

/** Nobody knows any more when the reports of the cluster were last confirmed. */
export async function forgetRuns(cluster: Cluster): Promise<void> {
  await cluster.request('DELETE', runRecordPath).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  });
}

export type Stored = Readonly<Record<string, readonly string[]>>;

/**
 * A namespace with Pods and ConfigMaps, a policy on each, and reports of an earlier scan. Since then an object of each type has come,
 * one is judged otherwise, and reports are there whose objects are gone. The scanner reaches the real API server through a proxy that can fail.
 */
export class FaultWorld {
  readonly world: World;
  readonly proxy: FaultProxy;
  readonly authority: CertificateAuthority;
  readonly #kubeconfigPath: string;
  /** How the scanner is told to reach the policy server. */
  serverFlags: readonly string[];
  #denied: ReadonlySet<string> = new Set(['web-2']);

  private constructor(world: World, proxied: ProxiedCluster) {
    this.world = world;
    this.proxy = proxied.proxy;
    this.authority = proxied.authority;
    this.#kubeconfigPath = proxied.kubeconfigPath;
    this.serverFlags = world.serverFlags;
    this.world.policyServer.answer = this.answer;
  }

  static async create(cluster: Cluster): Promise<FaultWorld> {
    const world = await World.create(cluster);
    const proxied = await startProxiedCluster(cluster, world.namespace);
    const made = new FaultWorld(world, proxied);
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('pods', { namespace, severity: 'high' }),
      anAdmissionPolicy('maps', { namespace, targets: ['v1/configmaps'], severity: 'low' }),
      ...['web-1', 'web-2', 'web-3'].map((name) =>
        aPod(namespace, name, { labels: { password: 'hunter2' } }),
      ),
      ...['conf-1', 'conf-2'].map((name) => aConfigMap(namespace, name, { password: 'hunter2' })),
    ]);
    return made;
  }

  get namespace(): string {
    return this.world.namespace;
  }

  get policyServer(): PolicyServer {
    return this.world.policyServer;
  }

  get kubeconfigPath(): string {
    return this.#kubeconfigPath;
  }

  /** What the policies say while nothing is broken. */
  get answer(): AnswerFunction {
    return (_policy, request) =>
      this.#denied.has(request.name ?? '') ? { allowed: false, message: 'not like this' } : { allowed: true };
  }

  /** Answers as usual, but for the requests of which `broken` says something. */
  breakAnswers(broken: (policy: string, request: AdmissionRequest) => ReturnType<AnswerFunction>): void {
    this.policyServer.answer = (policy, request, body) =>
      broken(policy, request) ?? this.answer(policy, request, body);
  }

  /** Injects a fault into the requests that match, from the `from`-th to the `to`-th of them. */
  break(
    matches: (request: Parameters<Injection>[0]) => boolean,
    fault: ReturnType<Injection>,
    { from = 1, to = Infinity }: { readonly from?: number; readonly to?: number } = {},
  ): void {
    let seen = 0;
    this.proxy.inject = (request) => {
      if (!matches(request)) return undefined;
      seen += 1;
      return seen >= from && seen <= to ? fault : undefined;
    };
  }

  /** Everything works again. */
  heal(): void {
    this.proxy.inject = () => undefined;
    this.policyServer.answer = this.answer;
    this.serverFlags = this.world.serverFlags;
  }

  /**
   * Time goes by: an object of each type comes, another one is denied, and of each there is a report whose object is gone. It has
   * no owner, so that only a scan removes it and not the cluster's garbage collector, at a moment of its own.
   */
  async change(): Promise<void> {
    const { namespace, world } = this;
    await world.apply([
      aStaleReport(namespace, { kind: 'Pod', name: 'web-gone' }),
      aStaleReport(namespace, { kind: 'ConfigMap', name: 'conf-gone' }),
      aPod(namespace, 'web-4', { labels: { password: 'hunter2' } }),
      aConfigMap(namespace, 'conf-3', { password: 'hunter2' }),
    ]);
    this.#denied = new Set(['web-1']);
  }

  path(plural: 'pods' | 'configmaps'): string {
    return `/api/v1/namespaces/${this.namespace}/${plural}`;
  }

  get flags(): readonly string[] {
    return ['--kubeconfig', this.kubeconfigPath, ...this.serverFlags];
  }

  get scanArguments(): readonly string[] {
    return ['scan', '-n', this.namespace, ...storing, '--page-size', '1', '-o', 'json', ...this.flags];
  }

  /** Of a scan over the whole cluster. */
  get clusterArguments(): readonly string[] {
    return ['scan', ...storing, '-o', 'json', ...this.flags];
  }

  scan(flags: readonly string[] = [], options: InProcessOptions = {}): Promise<CliResult> {
    return runInProcess([...this.scanArguments, ...flags], options);
  }

  /** A complete run over the whole cluster, which leaves a record of itself. */
  async scanCluster(flags: readonly string[] = []): Promise<void> {
    const { code, stderr } = await runInProcess([...this.clusterArguments, ...flags]);
    if (code !== 0) throw new Error(`the run over the whole cluster was not complete: ${stderr}`);
  }

  /** Puts something else into the place of the record of the last run. */
  async replaceRunRecord(annotations: Readonly<Record<string, string>>): Promise<void> {
    await this.forgetRuns();
    const metadata = { name: 'audit-scanner-run', annotations };
    await this.world.cluster.apply([
      { apiVersion: 'wgpolicyk8s.io/v1alpha2', kind: 'ClusterPolicyReport', metadata },
    ]);
  }

  /** All times of the record of the last run are so much later. */
  async moveRunRecord(ms: number): Promise<void> {
    const { metadata } = await this.world.cluster.request('GET', runRecordPath);
    const moved = Object.entries(metadata['annotations'] as Record<string, string>).map(
      ([name, text]) =>
        [name, text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => laterBy(time, ms))] as const,
    );
    await this.world.cluster.request('PATCH', runRecordPath, {
      metadata: { annotations: Object.fromEntries(moved) },
    });
  }

  /** Changes the only result in the report of an object. */
  async editResult(name: string, change: object): Promise<void> {
    const { metadata, results } = (await this.world.reports())[name] ?? {};
    const path = `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${this.namespace}/policyreports/${metadata?.name ?? ''}`;
    await this.world.cluster.request('PATCH', path, {
      results: results?.map((result) => ({ ...result, ...change })),
    });
  }

  forgetRuns(): Promise<void> {
    return forgetRuns(this.world.cluster);
  }

  /** Another command line than that of every scan. */
  scanAs(argv: readonly string[]): Promise<CliResult> {
    return runInProcess(argv);
  }

  dropIn(flags: readonly string[] = []): Promise<CliResult> {
    const env = { KUBECONFIG: this.kubeconfigPath };
    return runInProcess(['-n', this.namespace, '--page-size', '1', ...this.serverFlags, ...flags], {
      env,
    });
  }

  /** The stored reports, by the name of their object, as `policy result` lines. */
  async stored(): Promise<Stored> {
    const reports = await untilReady(() => this.world.reports());
    return Object.fromEntries(
      Object.entries(reports).map(([name, { results }]) => [
        name,
        results.map(({ policy, result }) => `${policy} ${result}`).sort(),
      ]),
    );
  }

  /** What has to be stored after a complete scan. */
  async expected(): Promise<Stored> {
    const names = await Promise.all(
      (['pods', 'configmaps'] as const).map(async (plural) => {
        type List = { items: { metadata: { name: string } }[] };
        const { items } = await this.world.cluster.request<List>('GET', this.path(plural));
        const policy = `namespaced-${this.namespace}-${plural === 'pods' ? 'pods' : 'maps'}`;
        return items.map(({ metadata: { name } }): [string, string[]] => [
          name,
          [`${policy} ${this.#denied.has(name) ? 'fail' : 'pass'}`],
        ]);
      }),
    );
    return Object.fromEntries(names.flat());
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.world.close();
  }
}
