import { test } from 'vitest';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { checkFault } from './check.ts';
import { faultGroups } from './rows/all.ts';

for (const { title, faults } of faultGroups) {
  describeOnCluster(title, { concurrent: true }, () => {
    const cluster = sharedCluster();
    test.each(faults.map((fault) => [fault.title, fault] as const))(
      '%s',
      { timeout: 300_000 },
      async (_title, fault) => {
        await checkFault(fault, cluster);
      },
    );
  });
}
