import { afterAll, beforeAll, test } from 'vitest';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { describeOnCluster } from '../support/cluster/shared.ts';
import { checkFault } from './check.ts';
import { controlPlaneFaults } from './rows/control-plane.ts';

describeOnCluster('The control plane', () => {
  let cluster: RunningCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  // What the cluster is for a record is only looked at when its fault happens.
  const { faults } = controlPlaneFaults({} as RunningCluster);
  test.each(faults.map(({ title }, index) => [title, index] as const))(
    '%s',
    { timeout: 400_000 },
    async (_title, index) => {
      await checkFault(controlPlaneFaults(cluster).faults[index]!, cluster);
    },
  );
});
