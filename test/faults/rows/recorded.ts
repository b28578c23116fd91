import type { FaultGroup } from '../fault.ts';
import { outages } from './outages.ts';
import { reuseFaults } from './reuse.ts';
import { shardFaults } from './shards.ts';

/** Those that share the record of the last run in the cluster, so that they come one after another. */
export const recordFaults: readonly FaultGroup[] = [outages, reuseFaults, shardFaults];
