import type { CliResult } from '../../support/cli.ts';
import { aNamespace, anAdmissionPolicy, aPod } from '../../support/cluster/objects.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

/* A second namespace, beside that of the world, which comes or goes. */

const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;

function other(world: FaultWorld): string {
  return `${world.namespace}-b`;
}

/** With a Pod and a policy about it. The policy of this name is in both namespaces. */
async function create(world: FaultWorld): Promise<void> {
  const namespace = other(world);
  await world.world.cluster.apply([aNamespace(namespace)]);
  await world.world.apply([anAdmissionPolicy('pods', { namespace }), aPod(namespace, 'other')]);
}

async function remove(world: FaultWorld): Promise<void> {
  await world.world.cluster.request('DELETE', `/api/v1/namespaces/${other(world)}`);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

function scanBoth(world: FaultWorld): Promise<CliResult> {
  const [command = '', , , ...rest] = world.scanArguments;
  return world.scanAs([command, '-n', `${world.namespace},${other(world)}`, ...rest]);
}

/** What one scan says of all namespaces, as far as they are this world's; it stores nothing. */
async function audited(world: FaultWorld): Promise<{ readonly result: CliResult; readonly pods: string[] }> {
  const flags = ['-A', '--policy', 'pods', '--show', 'all', '--fail-on', 'never', '-o', 'json'];
  const result = await world.scanAs(['scan', ...flags, ...world.flags]);
  type Results = { results: { resource: { namespace: string; name: string } }[] };
  const { results } = JSON.parse(result.stdout) as Results;
  const pods = results
    .filter(({ resource }) => resource.namespace.startsWith(world.namespace))
    .map(({ resource }) => resource.name);
  return { result, pods };
}

const isWriteIn =
  (namespace: (world: FaultWorld) => string, world: FaultWorld): Parameters<FaultWorld['break']>[0] =>
  ({ method, path }) =>
    method !== 'GET' && path.includes(`/namespaces/${namespace(world)}/policyreports`);

const going: readonly Fault[] = [
  {
    id: 'namespace-terminating',
    title: 'a namespace is being deleted, so its reports can no longer be stored',
    sees: 'all 3 checks in full',
    ...recovered,
    arrange: async (world) => {
      await create(world);
      await remove(world);
    },
    run: scanBoth,
  },
  {
    id: 'namespace-deleted',
    title: 'a namespace is deleted between listing its objects and writing their reports',
    sees: 'all 3 checks in full',
    ...recovered,
    arrange: async (world) => {
      await create(world);
      world.break(isWriteIn(other, world), { before: once(() => remove(world)) }, { to: 1 });
    },
    run: scanBoth,
  },
];

const coming: Fault = {
  id: 'namespace-created',
  title: 'a namespace is created during the scan: the next scan sees it',
  sees: 'PASSED',
  ...recovered,
  pods: 'kept',
  configMaps: 'kept',
  stores: false,
  arrange: (world) => {
    world.break(
      ({ method, path }) => method === 'GET' && path.endsWith('/pods'),
      { before: once(() => create(world)) },
      { to: 1 },
    );
  },
  run: async (world) => {
    const first = await audited(world);
    if (first.pods.includes('other')) throw new Error('it was audited although its policies were not known');
    const next = await audited(world);
    if (!next.pods.includes('other')) throw new Error('the next scan does not see it');
    return first.result;
  },
  repair: remove,
};

export const namespaceFaults: FaultGroup = {
  title: 'Namespaces that come and go',
  faults: [...going, coming],
};
