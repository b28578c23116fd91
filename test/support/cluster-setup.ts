import type { TestProject } from 'vitest/node';
import { ClusterUnavailable } from '../cluster/build.mjs';
import { type RunningCluster, startCluster } from './cluster/cluster.ts';
import type {} from './cluster/shared.ts';

/** One API server for all files of the project `cluster`. */
export default async function setup(project: TestProject): Promise<() => Promise<void> | void> {
  const cluster = await startOrSkip();
  if (typeof cluster === 'string') {
    project.provide('cluster', null);
    // After the totals, where it cannot scroll away.
    return () => {
      process.stderr.write(`\nSKIPPED: every test that needs a real API server: ${cluster}\n\n`);
    };
  }
  const { server, certificateAuthority, adminToken, harnessToken, kubeconfigPath, directory, auditLogPath } =
    cluster;
  project.provide('cluster', {
    server,
    certificateAuthority,
    adminToken,
    harnessToken,
    kubeconfigPath,
    directory,
    auditLogPath,
  });
  return () => cluster.stop();
}

/** Answers the reason as text where this machine cannot have a cluster; in CI, that is an error. */
async function startOrSkip(): Promise<RunningCluster | string> {
  try {
    const log = (line: string): boolean => process.stderr.write(`${line}\n`);
    return await startCluster({ auditLog: true, controllerManager: true, log });
  } catch (error) {
    if (!(error instanceof ClusterUnavailable) || process.env['CI'] === 'true') throw error;
    return error.message;
  }
}
