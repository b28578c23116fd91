import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { ensureBinaries } from '../../cluster/build.mjs';
import type { ApiObject } from './api-client.ts';
import {
  type Component,
  type ComponentCommand,
  ComponentError,
  type ComponentGroup,
  createComponentGroup,
  startTimeoutMs,
  waitForComponent,
} from './component.ts';
import { type Cluster, connectCluster } from './connection.ts';
import {
  apiServerArgs,
  type ControlPlanePlan,
  controllerManagerArgs,
  etcdArgs,
  kubeconfig,
  planControlPlane,
} from './control-plane.ts';

export type ClusterOptions = {
  /** Gets a line where something takes long, e.g. when the API server is built first. */
  readonly log?: (line: string) => void;
  /** Keep an audit log, for `Cluster.auditLog`. */
  readonly auditLog?: boolean;
  /** Also run kube-controller-manager: fills the ClusterRole `view`, ends namespaces, collects owned objects, runs Jobs. */
  readonly controllerManager?: boolean;
  readonly apiServerFlags?: readonly string[];
};

export type RunningCluster = Cluster & {
  /** Starts one more process, which ends with the cluster. */
  readonly run: (command: ComponentCommand) => Component;
  readonly etcd: Restartable;
  readonly apiServer: Restartable;
  /** Ends all processes and removes the directory. Happens by itself when this process ends in any way. */
  readonly stop: () => Promise<void>;
};

/** A process that a test may kill. */
export type Restartable = {
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  /** Restarts it with the same arguments. Resolves when the API server answers again. */
  readonly restart: () => Promise<void>;
};

type Binaries = Record<'etcd' | 'kube-apiserver', string> &
  Partial<Record<'kube-controller-manager', string>>;

const crdDirectory = join(import.meta.dirname, '../../cluster/crds');

/**
 * Starts etcd and kube-apiserver on free ports of the loopback interface, with the CustomResourceDefinitions of test/cluster/crds.
 * @throws {ClusterUnavailable} when the programs are not there and cannot be built.
 * @throws {ComponentError} with the end of its log when a component does not come up.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<RunningCluster> {
  const core = ['etcd', 'kube-apiserver'] as const;
  const names = options.controllerManager === true ? ([...core, 'kube-controller-manager'] as const) : core;
  const binaries: Binaries = await ensureBinaries(names, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(binaries, options);
    } catch (error) {
      // Between finding a free port and listening on it, anybody may take it.
      const portTaken = error instanceof ComponentError && /address already in use/.test(error.message);
      if (!portTaken || attempt === 3) throw error;
    }
  }
}

async function startOnFreePorts(binaries: Binaries, options: ClusterOptions): Promise<RunningCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'test-cluster-'));
  const components = createComponentGroup(directory);
  try {
    const plan = await planControlPlane(directory, options.auditLog === true);
    const { cluster, etcd, apiServer } = await startControlPlane({ plan, binaries, components, options });
    const stop = async (): Promise<void> => {
      await cluster.disconnect();
      await components.stop();
    };
    return { ...cluster, run: components.run, etcd, apiServer, stop };
  } catch (error) {
    await components.stop();
    throw error;
  }
}

type Start = {
  readonly plan: ControlPlanePlan;
  readonly binaries: Binaries;
  readonly components: ComponentGroup;
  readonly options: ClusterOptions;
};

type ControlPlane = Pick<RunningCluster, 'etcd' | 'apiServer'> & { readonly cluster: Cluster };

async function startControlPlane({ plan, binaries, components, options }: Start): Promise<ControlPlane> {
  const etcdCommand = { name: 'etcd', binary: binaries.etcd, args: etcdArgs(plan) };
  const etcd = components.run(etcdCommand);
  await waitForComponent(etcd, async () => (await fetch(`${plan.etcdUrl}/health`)).ok, 'healthy');

  const apiServerCommand = {
    name: 'kube-apiserver',
    binary: binaries['kube-apiserver'],
    args: apiServerArgs(plan, options.apiServerFlags ?? []),
  };
  const apiServer = components.run(apiServerCommand);
  const { server, certificateAuthority, directory, auditLogPath, tokens } = plan;
  const cluster = connectCluster({
    server,
    certificateAuthority,
    directory,
    auditLogPath,
    adminToken: tokens.admin,
    harnessToken: tokens.harness,
    kubeconfigPath: join(directory, 'kubeconfig'),
  });
  await writeFile(cluster.kubeconfigPath, kubeconfig(plan, { name: 'admin', token: tokens.admin }), {
    mode: 0o600,
  });
  await waitForComponent(apiServer, () => isReady(cluster), 'ready');
  await installDefinitions(cluster);

  if (binaries['kube-controller-manager'] !== undefined) {
    const user = 'system:kube-controller-manager';
    const manager = components.run({
      name: 'kube-controller-manager',
      binary: binaries['kube-controller-manager'],
      args: controllerManagerArgs(await cluster.kubeconfigFor({ name: user, token: tokens[user] })),
    });
    await waitForComponent(manager, () => viewIsAggregated(cluster), 'done with the ClusterRole view');
  }
  const restartable = (command: ComponentCommand, first: Component): Restartable => {
    let running = first;
    return {
      kill: () => running.kill(),
      restart: async () => {
        running = components.run(command);
        await waitForComponent(running, () => isReady(cluster), 'ready again');
      },
    };
  };
  return {
    cluster,
    etcd: restartable(etcdCommand, etcd),
    apiServer: restartable(apiServerCommand, apiServer),
  };
}

async function isReady(cluster: Cluster): Promise<boolean> {
  await cluster.request('GET', '/readyz');
  await cluster.request('GET', '/api/v1/namespaces/default');
  return true;
}

async function viewIsAggregated(cluster: Cluster): Promise<boolean> {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/view';
  const { rules } = await cluster.request<{ rules: unknown[] | null }>('GET', path);
  return rules !== null && rules.length > 0;
}

async function installDefinitions(cluster: Cluster): Promise<void> {
  const definitions: ApiObject[] = [];
  for (const name of (await readdir(crdDirectory)).toSorted()) {
    const documents = parseAllDocuments(await readFile(join(crdDirectory, name), 'utf8'));
    definitions.push(...documents.map((document) => document.toJS() as ApiObject));
  }
  await cluster.apply(definitions);
  await Promise.all(definitions.map(({ metadata }) => waitUntilEstablished(cluster, metadata.name)));
}

type Definition = { readonly status?: { readonly conditions?: readonly { type: string; status: string }[] } };

async function waitUntilEstablished(cluster: Cluster, name: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  for (;;) {
    const { status } = await cluster.request<Definition>('GET', path);
    const isEstablished = ({ type, status }: { type: string; status: string }) =>
      type === 'Established' && status === 'True';
    if (status?.conditions?.some(isEstablished)) return;
    if (Date.now() > deadline) {
      throw new Error(`the definition ${name} was not Established after ${startTimeoutMs / 1000} s`);
    }
    await delay(50);
  }
}
