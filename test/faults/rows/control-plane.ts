import type { RunningCluster } from '../../support/cluster/cluster.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;

/** Kills a process of the control plane before the second page of Pods, and starts it again at once or after the scan. */
function killing(
  fault: Pick<Fault, 'id' | 'title'> & Partial<Fault>,
  kill: (cluster: RunningCluster) => Promise<void>,
): (cluster: RunningCluster) => Fault {
  return (cluster) => ({
    sees: 'all 2 checks in full',
    ...recovered,
    dropIn: false,
    seconds: 300,
    ...fault,
    arrange: (world: FaultWorld) => {
      const isPage = ({ method, path }: { method: string; path: string }): boolean =>
        method === 'GET' && path === world.path('pods');
      world.break(isPage, { before: () => kill(cluster) }, { from: 2, to: 2 });
    },
  });
}

const faults: readonly ((cluster: RunningCluster) => Fault)[] = [
  killing({ id: 'etcd-restarts', title: 'etcd is killed and comes back' }, async ({ etcd }) => {
    await etcd.kill();
    void etcd.restart();
  }),
  killing(
    { id: 'api-server-restarts', title: 'kube-apiserver is killed (SIGKILL) and comes back' },
    async ({ apiServer }) => {
      await apiServer.kill();
      void apiServer.restart();
    },
  ),
  (cluster) => ({
    ...killing(
      {
        id: 'api-server-gone',
        title: 'kube-apiserver is killed and stays away',
        sees: 'AS-3103',
        exitCode: 3,
        complete: false,
        pods: 'mixed',
        configMaps: 'mixed',
      },
      ({ apiServer }) => apiServer.kill(),
    )(cluster),
    // The reports are looked at and the next scan runs when it is back.
    run: async (world) => {
      const result = await world.scan();
      world.heal();
      await cluster.apiServer.restart();
      return result;
    },
  }),
];

/** These need a cluster of their own, because nobody else could use it meanwhile. */
export function controlPlaneFaults(cluster: RunningCluster): FaultGroup {
  return { title: 'The control plane', faults: faults.map((make) => make(cluster)) };
}
