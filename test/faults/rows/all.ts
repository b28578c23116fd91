import type { FaultGroup } from '../fault.ts';
import { apiReads } from './api-reads.ts';
import { balancedConnections } from './balanced.ts';
import { clusterFaults } from './cluster.ts';
import { fileFaults } from './files.ts';
import { namespaceFaults } from './namespaces.ts';
import { policyServers } from './policy-servers.ts';
import { processFaults } from './process.ts';
import { waiting } from './waiting.ts';
import { writes } from './writes.ts';

/** Every fault that the suite makes, in the order of docs/faults.md. */
export const faultGroups: readonly FaultGroup[] = [
  apiReads,
  policyServers,
  balancedConnections,
  writes,
  processFaults,
  fileFaults,
  waiting,
  clusterFaults,
  namespaceFaults,
];
