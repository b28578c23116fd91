import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

/** All servers go after a complete run over the whole cluster; `spoil` is done to its record. */
function outage(
  fault: Pick<Fault, 'id' | 'title' | 'sees'> & Partial<Fault>,
  spoil?: (world: FaultWorld) => Promise<void>,
): Fault {
  return {
    exitCode: 3,
    complete: false,
    pods: 'errored',
    configMaps: 'errored',
    dropIn: false,
    seconds: 120,
    arrange: async (world) => {
      await world.scanCluster();
      await spoil?.(world);
      await world.policyServer.stop();
    },
    repair: async (world) => {
      await world.policyServer.stop();
      await world.policyServer.start();
      await world.forgetRuns();
    },
    ...fault,
  };
}

/** There is one record of the last run in a cluster, so these come one after another. */
export const outages: FaultGroup = {
  title: 'Outages of all policy servers, and the run record',
  faults: [
    outage({
      id: 'outage-kept',
      title: 'all are down, soon after a complete run over the whole cluster',
      sees: 'stored verdicts of policies that gave no answer now',
      // What is stored is what they said, and nothing has changed since.
      pods: 'current',
      configMaps: 'current',
    }),
    outage(
      {
        id: 'outage-forgotten',
        title: 'the same, and the run record was deleted',
        sees: 'there is no run record',
      },
      (world) => world.forgetRuns(),
    ),
    outage(
      {
        id: 'outage-foreign',
        title: 'the same, and somebody else wrote the run record',
        sees: 'the connection was refused',
      },
      (world) => world.replaceRunRecord({}),
    ),
    outage(
      {
        id: 'outage-newer',
        title: 'the same, and a newer version wrote the run record',
        sees: 'the connection was refused',
      },
      (world) => world.replaceRunRecord({ 'audit-scanner.io/record-version': '99' }),
    ),
  ],
};
