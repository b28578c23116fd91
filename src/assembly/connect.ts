import { performance } from 'node:perf_hooks';
import type { ScanConfig } from '../config/index.ts';
import { findHomeDir, type Io, toolVersion } from '../host/index.ts';
import { connectToCluster, createKubernetesClient, type KubernetesClient } from '../kubernetes/index.ts';
import type { Instruments } from '../telemetry/index.ts';

export type ClientParts = {
  readonly io: Io;
  /** Ends a login plug-in that is waited for. */
  readonly signal: AbortSignal;
  readonly instruments?: Instruments | undefined;
};

/**
 * The client for the cluster that the user means. Rejects with an AuditError when the kubeconfig cannot be used; sends nothing.
 */
export async function openClient(
  { kubeconfig: kubeconfigPath, context, impersonation, limits }: ScanConfig,
  { io: { env, stdin, stderr, now }, signal, instruments }: ClientParts,
): Promise<KubernetesClient> {
  const connection = await connectToCluster({
    kubeconfigPath,
    context,
    impersonation,
    env,
    homeDir: findHomeDir(env),
    plugin: {
      stdinIsTerminal: stdin.isTTY,
      // At a terminal it may know that it is at one.
      stderr: stderr.isTTY ? 'inherit' : (text) => void stderr.write(text),
      signal,
      now,
    },
  });
  return createKubernetesClient(connection, {
    // Without a limit, one request may take as long as it takes.
    requestTimeoutMs: limits.requestTimeoutMs ?? 0,
    userAgent: `audit-scanner/${toolVersion}`,
    random: Math.random,
    now: () => performance.now(),
    onAnswer: instruments?.onApiAnswer,
  });
}
