import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMetadata } from '../fixtures/wasm/modules.ts';
import { compileRego } from '../rego/build.mjs';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { aClusterAdmissionPolicy, aNamespace, aPolicyServer } from '../support/cluster/objects.ts';
import { startRealPolicyServer } from '../support/real-policy-server.ts';
import { type Cost, cpuSecondsOf, measure } from './measure.ts';
import { bindingNamespaces, roleBindingsOf } from './role-bindings.ts';

export type InventoryBench = {
  /** Kubewarden's own policy-server, to compare with; only this program is measured where it is not given. */
  readonly policyServer: string | undefined;
  readonly scanner: readonly string[];
  readonly log: (line: string) => void;
};

const resource = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' };
/** Each of their objects is asked about; the policy looks at all others each time. */
const audited = bindingNamespaces.slice(0, 10);

/** A live cluster with 10,000 RoleBindings under a policy in Rego that looks at all of them for each of a thousand. */
export async function measureLiveInventory(bench: InventoryBench): Promise<readonly Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const cluster = await startCluster({ log: bench.log });
  try {
    const module = join(folder, 'policy.wasm');
    const path = await compileRego(join(import.meta.dirname, 'role-bindings.rego'), 'rolebindings/violation');
    const metadata = { protocolVersion: 'v1', rules: [], mutating: false, executionMode: 'gatekeeper' };
    await writeFile(module, withMetadata(await readFile(path), metadata));
    const policy = aClusterAdmissionPolicy('one-role', {
      targets: ['rbac.authorization.k8s.io/v1/rolebindings'],
      module: `file://${module}`,
      contextAwareResources: [resource],
    });
    await seed(cluster, [...aPolicyServer(), policy]);
    const file = join(folder, 'policy.json');
    await writeFile(file, JSON.stringify(policy));
    const scan = [...bench.scanner, 'scan', '-o', 'name', ...audited.flatMap((name) => ['-n', name])];
    const here = await run('--engine embedded', [...scan, '--policies', file], cluster);
    if (bench.policyServer === undefined) return [here];
    return [here, ...(await measureServer(bench.policyServer, { cluster, folder, module, scan }))];
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function seed(cluster: RunningCluster, objects: Parameters<RunningCluster['apply']>[0]): Promise<void> {
  await cluster.apply([aNamespace('kubewarden'), ...objects]);
  for (const namespace of bindingNamespaces) {
    await cluster.request('POST', '/api/v1/namespaces', aNamespace(namespace));
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    await Promise.all(
      roleBindingsOf(namespace).map(({ metadata: { name, labels }, ...binding }) =>
        cluster.request('POST', path, { ...binding, metadata: { name, namespace, labels } }),
      ),
    );
  }
}

type Parts = {
  readonly cluster: RunningCluster;
  readonly folder: string;
  readonly module: string;
  readonly scan: readonly string[];
};

/** The policy server from its start, as the engine of this process starts with the scan, and the scanner that asks it. */
async function measureServer(program: string, parts: Parts): Promise<readonly Cost[]> {
  const { cluster, folder, module, scan } = parts;
  const files = join(folder, 'server');
  await mkdir(files);
  const server = await startRealPolicyServer({
    program,
    folder: files,
    policies: { 'clusterwide-one-role': { module: `file://${module}`, contextAwareResources: [resource] } },
    workers: 2,
    kubeconfig: cluster.kubeconfigPath,
  });
  try {
    const scanner = await run('scanner', [...scan, '--policy-server-url', server.url], cluster);
    const cpuSeconds = scanner.cpuSeconds + cpuSecondsOf(server.pid);
    return [scanner, { ...scanner, label: 'policy-server and scanner', cpuSeconds }];
  } finally {
    await server.close();
  }
}

async function run(label: string, argv: readonly string[], cluster: RunningCluster): Promise<Cost> {
  const measured = await measure({ argv, env: { KUBECONFIG: cluster.kubeconfigPath } });
  if (![0, 1].includes(measured.exitCode))
    throw new Error(`${label} ended with exit code ${measured.exitCode}:\n${measured.stderr}`);
  return { ...measured, label };
}
