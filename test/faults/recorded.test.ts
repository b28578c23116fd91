import { afterEach, beforeEach, test } from 'vitest';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { checkFault } from './check.ts';
import { recordFaults } from './rows/recorded.ts';
import { forgetRuns } from './world.ts';

for (const { title, faults } of recordFaults) {
  describeOnCluster(title, () => {
    const cluster = sharedCluster();
    // Whatever scanned the whole cluster before has left its record, and other faults are of scans that have none.
    const forget = () => forgetRuns(cluster);
    beforeEach(forget);
    afterEach(forget);
    test.each(faults.map((fault) => [fault.title, fault] as const))(
      '%s',
      { timeout: 300_000 },
      async (_title, fault) => {
        await checkFault(fault, cluster);
      },
    );
  });
}
