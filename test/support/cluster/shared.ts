import { afterAll, describe, inject } from 'vitest';
import { type Cluster, type ClusterConnection, connectCluster } from './connection.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null where the machine cannot run an API server; the global setup has said why. */
    cluster: ClusterConnection | null;
  }
}

/** `describe` for tests that need the shared API server; skips them where there is none. */
export const describeOnCluster = describe.skipIf(inject('cluster') === null);

/** Where nothing listens; a skipped test never asks it. */
const nowhere: ClusterConnection = {
  server: 'https://127.0.0.1:1',
  certificateAuthority: '',
  adminToken: '',
  harnessToken: '',
  kubeconfigPath: '',
  directory: '',
  auditLogPath: undefined,
};

/**
 * The API server that all test files of the project share, with an audit log and kube-controller-manager. For use in a
 * `describeOnCluster` block; its connections are closed after the block.
 */
export function sharedCluster(): Cluster {
  const cluster = connectCluster(inject('cluster') ?? nowhere);
  afterAll(() => cluster.disconnect());
  return cluster;
}
