import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from './certificates.ts';
import { type CliOptions, type CliResult, runCli } from './cli.ts';
import type { ApiObject } from './cluster/api-client.ts';
import type { Cluster } from './cluster/connection.ts';
import { aNamespace, aPolicyServer } from './cluster/objects.ts';
import { policyPath, toPolicies } from './cluster/real-policies.ts';
import { type EngineServer, startEngineServer } from './engine-server.ts';

const userAgent = /^audit-scanner\//;

export type Report = ApiObject & {
  readonly scope: Record<string, string>;
  readonly summary: Record<string, number>;
  readonly results: readonly (Record<string, unknown> & {
    policy: string;
    result: string;
    message?: string;
  })[];
};

/**
 * A corner of the shared API server that one test has to itself: a namespace, policies, and a policy server over TLS that runs
 * them. Everything in it is gone after `close`, so that the next test finds no policies.
 */
export class World {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly policyServer: EngineServer;
  readonly #directory: string;
  readonly #caFile: string;
  readonly #created: string[] = [];

  private constructor(cluster: Cluster, policyServer: EngineServer, directory: string) {
    this.cluster = cluster;
    this.policyServer = policyServer;
    this.namespace = `world-${randomBytes(4).toString('hex')}`;
    this.#directory = directory;
    this.#caFile = join(directory, 'ca.crt');
  }

  static async create(cluster: Cluster): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'world-'));
    const authority = await createCertificateAuthority();
    const policyServer = await startEngineServer({ certificate: await authority.issueServer() });
    const world = new World(cluster, policyServer, directory);
    await writeFile(world.#caFile, authority.cert);
    await cluster.apply([aNamespace('kubewarden'), aNamespace(world.namespace), ...aPolicyServer()]);
    return world;
  }

  /** Applies policies and objects. Policies go first at the end: a namespace takes its time to terminate. */
  async apply(objects: readonly ApiObject[]): Promise<ApiObject[]> {
    const policies = objects.filter(({ apiVersion }) => apiVersion.startsWith('policies.kubewarden.io'));
    this.#created.push(...policies.map(policyPath));
    await this.policyServer.load(toPolicies(objects));
    return this.cluster.apply(objects);
  }

  /** Writes objects into a file of this world, and answers its path: they are in no cluster. */
  async writeFile(name: string, items: readonly ApiObject[]): Promise<string> {
    const path = join(this.#directory, name);
    await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return path;
  }

  /** Removes one object in the middle of a test. */
  async delete(path: string): Promise<void> {
    await this.cluster.request('DELETE', path);
    const index = this.#created.indexOf(path);
    if (index !== -1) this.#created.splice(index, 1);
  }

  /** The status of every policy goes back and forth, as Kubewarden's controller moves it when it reconciles; nothing else changes. */
  async reconcile(): Promise<void> {
    for (const path of this.#created) {
      for (const status of ['False', 'True']) {
        const condition = { type: 'PolicyActive', status, reason: 'PolicyActive' };
        const lastTransitionTime = new Date().toISOString();
        const conditions = [{ ...condition, message: `active: ${status}`, lastTransitionTime }];
        await this.cluster.request('PATCH', `${path}/status`, { status: { conditions } });
      }
    }
  }

  get serverFlags(): string[] {
    return ['--policy-server-url', this.policyServer.url.href, '--extra-ca', this.#caFile];
  }

  /** `audit-scanner scan` on this cluster through this world's policy server. */
  scan(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.run(['scan', ...this.serverFlags, ...argv], options);
  }

  /** The Go scanner's flags. */
  dropIn(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.run([...this.serverFlags, ...argv], options);
  }

  run(argv: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return runCli(argv, { ...options, env: { KUBECONFIG: this.cluster.kubeconfigPath, ...options.env } });
  }

  /** The stored reports of this world's namespace, by the name of their object. */
  async reports(plural: 'policyreports' | 'reports' = 'policyreports'): Promise<Record<string, Report>> {
    const group = plural === 'policyreports' ? 'wgpolicyk8s.io/v1alpha2' : 'openreports.io/v1alpha1';
    const path = `/apis/${group}/namespaces/${this.namespace}/${plural}`;
    const { items } = await this.cluster.request<{ items: Report[] }>('GET', path);
    return Object.fromEntries(items.map((report) => [report.scope['name'] ?? '', report]));
  }

  /** What the command line asked the API server since `auditLog.reset`, as `<verb> <resource>` with a count. */
  async apiRequests(): Promise<Record<string, number>> {
    const requests = await this.cluster.auditLog.requests();
    const counts: Record<string, number> = {};
    for (const { verb, resource, userAgent: agent } of requests) {
      if (!userAgent.test(agent) || resource === '') continue;
      const key = `${verb} ${resource}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  async close(): Promise<void> {
    await this.policyServer.close();
    for (const path of this.#created) await this.cluster.request('DELETE', path);
    await this.cluster.request('DELETE', `/api/v1/namespaces/${this.namespace}`);
    await rm(this.#directory, { recursive: true, force: true });
  }
}
