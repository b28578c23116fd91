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

/** The component comes back at once; the record is only done with when it is ready, so that nobody finds it half started. */
function restarting(
  fault: Pick<Fault, 'id' | 'title'>,
  component: 'etcd' | 'apiServer',
): (cluster: RunningCluster) => Fault {
  return (cluster) => {
    let ready: Promise<void> | undefined;
    const killAndRestart = async (): Promise<void> => {
      await cluster[component].kill();
      ready = cluster[component].restart();
    };
    return { ...killing(fault, killAndRestart)(cluster), repair: () => ready ?? Promise.resolve() };
  };
}

const faults: readonly ((cluster: RunningCluster) => Fault)[] = [
  restarting({ id: 'etcd-restarts', title: 'etcd is killed and comes back' }, 'etcd'),
  restarting(
    { id: 'api-server-restarts', title: 'kube-apiserver is killed (SIGKILL) and comes back' },
    'apiServer',
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
