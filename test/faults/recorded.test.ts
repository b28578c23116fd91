import { afterEach, beforeEach, test } from 'vitest';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { checkFault } from './check.ts';
import { outages } from './rows/outages.ts';
import { forgetRuns } from './world.ts';

describeOnCluster(outages.title, () => {
  const cluster = sharedCluster();
  // Whatever scanned the whole cluster before has left its record, and other faults are of scans that have none.
  const forget = () => forgetRuns(cluster);
  beforeEach(forget);
  afterEach(forget);
  test.each(outages.faults.map((fault) => [fault.title, fault] as const))(
    '%s',
    { timeout: 300_000 },
    async (_title, fault) => {
      await checkFault(fault, cluster);
    },
  );
});
