import type { CliResult } from './cli.ts';
import type { Cluster } from './cluster/connection.ts';
import { anAdmissionPolicy, aPod } from './cluster/objects.ts';
import { requiring } from './cluster/real-policies.ts';
import { runInProcess } from './in-process.ts';
import { World } from './world.ts';

/** Of the record that such runs leave with the flags below. */
export const recordPath = '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/audit-scanner-run';
const hourMs = 60 * 60 * 1000;

/** For runs over the whole cluster, which leave a record: two policies and two Pods, of which one policy refuses both. */
export async function createRecordedWorld(cluster: Cluster): Promise<World> {
  // Whatever scanned the whole cluster before has left its record.
  await removeRunRecord(cluster);
  const world = await World.create(cluster);
  const { namespace } = world;
  await world.apply([
    anAdmissionPolicy('strict', { namespace, ...requiring('owner') }),
    anAdmissionPolicy('lax', { namespace }),
    aPod(namespace, 'web'),
    aPod(namespace, 'db'),
  ]);
  return world;
}

/** Closes the world, and leaves no record to the next one. */
export async function closeRecordedWorld(world: World): Promise<void> {
  await removeRunRecord(world.cluster);
  await world.close();
}

/** Runs the program so many hours from now. */
export function runInHours(cluster: Cluster, hours: number, argv: readonly string[]): Promise<CliResult> {
  return runInProcess(argv, { env: { KUBECONFIG: cluster.kubeconfigPath }, clockOffsetMs: hours * hourMs });
}

/** The flags of a run over the whole cluster that stores its reports and prints JSON. */
export const storingRun = [
  'scan',
  '--store',
  '--report-kind',
  'policyreport',
  '--fail-on',
  'never',
  '-o',
  'json',
];

async function removeRunRecord(cluster: Cluster): Promise<void> {
  await cluster.request('DELETE', recordPath).catch(() => undefined);
}
