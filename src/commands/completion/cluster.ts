import { performance } from 'node:perf_hooks';
import { openClient } from '../../assembly/index.ts';
import { apiServerOptions } from '../../config/index.ts';
import type { Io } from '../../host/index.ts';
import {
  createKubernetesNamespaceSource,
  createKubernetesPolicySource,
} from '../../sources/kubernetes/index.ts';
import { configureScan } from '../scan/index.ts';
import type { Typed } from './candidates.ts';

/** The time limit of a completion, from the start of this process. */
const deadlineMs = 900;

/** The names that the cluster has, by the flags that were typed. Rejects when they cannot be read in time. */
export async function askCluster(
  what: 'namespaces' | 'policies',
  { before, surroundings: { io } }: Typed,
): Promise<readonly string[]> {
  const { readCommandLine } = await import('../../config/command-line/index.ts');
  const { flags } = readCommandLine(before, { options: apiServerOptions });
  const checked = configureScan(flags, io.env);
  if (!checked.ok) return [];
  const signal = AbortSignal.timeout(Math.max(0, deadlineMs - Math.round(performance.now())));
  const client = await openClient(checked.value, { io: silent(io), signal });
  const names =
    what === 'namespaces' ? createKubernetesNamespaceSource(client) : createKubernetesPolicySource(client);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('too late'));
    });
  });
  const listed = await Promise.race([names.list(signal), late]);
  const found = 'policies' in listed ? listed.policies : listed;
  return [...new Set(found.map(({ name }) => name))].sort();
}

/** A login plug-in may neither ask nor say anything in the middle of a command line. */
function silent(io: Io): Io {
  const stderr = { ...io.stderr, isTTY: false, write: () => Promise.resolve() };
  return { ...io, stdin: { ...io.stdin, isTTY: false }, stderr };
}
