import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { ensureBinaries } from '../cluster/build.mjs';
import { createCertificateAuthority } from './certificates.ts';
import type { ApiObject } from './cluster/api-client.ts';
import type { World } from './world.ts';

const manifests = join(import.meta.dirname, '../../manifests');
const namespace = 'kubewarden';

type CronJob = ApiObject & {
  readonly spec: { readonly jobTemplate: { readonly spec: JobSpec } };
};
type JobSpec = {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] };
  };
};

/** Kubernetes knows no parts of seconds. */
function toSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

export type ScanOptions = {
  /** The cluster as what is pushed has it. */
  readonly instance: string;
  /** The last day of the client certificate; a year from now if it is left out. */
  readonly certificateEnds?: Date;
  readonly pushgateway?: string;
};

/**
 * The scanner in a cluster as docs/install.md has it: an overlay with a component, applied with kubectl. There is no kubelet, so a test starts
 * what would run in a Pod, with the arguments of the CronJob and the rights of its account.
 */
export class InstalledAudit {
  readonly #world: World;
  readonly #folder: string;
  readonly #pushgateway: string;
  #kubectl = '';
  #cronJob: CronJob | undefined;

  private constructor(world: World, folder: string, pushgateway: string) {
    this.#world = world;
    this.#folder = folder;
    this.#pushgateway = pushgateway;
  }

  /** Installs it from a new folder. */
  static async install(world: World, folder: string, pushgateway: string): Promise<InstalledAudit> {
    const audit = new InstalledAudit(world, folder, pushgateway);
    ({ kubectl: audit.#kubectl } = await ensureBinaries(['kubectl']));
    await mkdir(folder);
    const kustomization = {
      resources: [relative(folder, join(manifests, 'overlays/openreports'))],
      components: [relative(folder, join(manifests, 'components/pushgateway'))],
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    await audit.kubectl('apply', '-k', folder);
    audit.#cronJob = await world.cluster.request<CronJob>('GET', audit.cronJobPath);
    return audit;
  }

  get cronJobPath(): string {
    return `/apis/batch/v1/namespaces/${namespace}/cronjobs/audit-scanner`;
  }

  get cronJob(): CronJob {
    if (this.#cronJob === undefined) throw new Error('it is not installed');
    return this.#cronJob;
  }

  async kubectl(...argv: readonly string[]): Promise<void> {
    const { directory, kubeconfigPath } = this.#world.cluster;
    await promisify(execFile)(this.#kubectl, argv, { env: { HOME: directory, KUBECONFIG: kubeconfigPath } });
  }

  /** The environment of what may do what the scanner's account may. */
  async accountEnvironment(): Promise<Record<string, string>> {
    const { cluster } = this.#world;
    const token = await cluster.createServiceAccountToken(namespace, 'audit-scanner');
    return { KUBECONFIG: await cluster.kubeconfigFor({ name: 'audit-scanner', token }) };
  }

  /** The arguments of the CronJob, with paths and addresses of this machine. */
  async argumentsFor({ instance, certificateEnds, pushgateway }: ScanOptions): Promise<readonly string[]> {
    const { policyServer, serverFlags } = this.#world;
    const authority = await createCertificateAuthority();
    const client = await authority.issueClient(
      'audit-scanner',
      certificateEnds && { notAfter: certificateEnds },
    );
    await writeFile(join(this.#folder, 'tls.crt'), client.cert);
    await writeFile(join(this.#folder, 'tls.key'), client.key, { mode: 0o600 });
    const args = this.cronJob.spec.jobTemplate.spec.template.spec.containers[0]?.args ?? [];
    const own = args.map((arg) =>
      arg
        .replace('$(NAMESPACE)', namespace)
        .replace('/pki/ca.crt', serverFlags.at(-1) ?? '')
        .replace('/client-cert', this.#folder)
        .replace(/^--pushgateway=.*/, `--pushgateway=${pushgateway ?? this.#pushgateway}`),
    );
    return [...own, `--pushgateway-instance=${instance}`, `--policy-server-url=${policyServer.url.href}`];
  }

  /** A Job of the CronJob which is not tried again; resolves to its first Pod, which nobody runs. */
  async startJob(number: number): Promise<ApiObject> {
    const { cluster } = this.#world;
    const name = `audit-scanner-${number}`;
    const spec = { ...this.cronJob.spec.jobTemplate.spec, backoffLimit: 0 };
    await cluster.apply([{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace }, spec }]);
    const pods = `/api/v1/namespaces/${namespace}/pods?labelSelector=batch.kubernetes.io/job-name=${name}`;
    for (;;) {
      const [pod] = (await cluster.request<{ items: ApiObject[] }>('GET', pods)).items;
      if (pod !== undefined) return pod;
    }
  }

  /** What the kubelet says of the container of a Pod. */
  async setState({ metadata: { name } }: ApiObject, phase: string, state: object): Promise<void> {
    const container = {
      name: 'audit-scanner',
      image: 'audit-scanner',
      imageID: '',
      ready: false,
      restartCount: 0,
    };
    const status = { phase, containerStatuses: [{ ...container, state }] };
    await this.#world.cluster.request('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      status,
    });
  }

  /** Gives a role back that a test took away. */
  async restore(): Promise<void> {
    await this.kubectl('apply', '-k', this.#folder);
  }

  /** Another CronJob of the same name, in the namespace of the test, whose last Job succeeded then. */
  async addSucceeded(lastSuccessfulTime: Date): Promise<void> {
    const { cluster, namespace: other } = this.#world;
    const { apiVersion, kind, spec } = this.cronJob;
    await cluster.apply([{ apiVersion, kind, metadata: { name: 'audit-scanner', namespace: other }, spec }]);
    const path = `/apis/batch/v1/namespaces/${other}/cronjobs/audit-scanner/status`;
    await cluster.request('PATCH', path, { status: { lastSuccessfulTime: toSeconds(lastSuccessfulTime) } });
  }

  async uninstall(): Promise<void> {
    const { cluster } = this.#world;
    for (const name of ['audit-scanner-1', 'audit-scanner-2'])
      await cluster.request(
        'DELETE',
        `/apis/batch/v1/namespaces/${namespace}/jobs/${name}?propagationPolicy=Background`,
      );
    await this.kubectl('delete', '--ignore-not-found', '-k', this.#folder);
    await cluster.request('DELETE', '/apis/openreports.io/v1alpha1/clusterreports/audit-scanner-run');
  }
}
