import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { type PolicyServer, startPolicyServer } from '../../support/policy-server.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

const serviceName = 'policy-server-default';
const slicesPath = '/apis/discovery.k8s.io/v1/namespaces/kubewarden/endpointslices';
/** By the name of the Service alone; it resolves nowhere, so that only endpoints can be asked. */
const certified = { dns: [`${serviceName}.kubewarden.svc`] };

type Replicas = { readonly healthy: PolicyServer; readonly other: PolicyServer };

const running = new WeakMap<FaultWorld, Replicas>();

/** Two replicas, of which something is the matter with the second; the API server says that both are ready. */
function balanced(
  fault: Pick<Fault, 'id' | 'title' | 'sees'> & Partial<Fault>,
  spoil: (replicas: Replicas) => Promise<void> | void,
  otherNames: typeof certified = certified,
): Fault {
  return {
    exitCode: 0,
    complete: true,
    pods: 'current',
    configMaps: 'current',
    flags: ['--connections', 'balanced'],
    dropIn: false,
    arrange: async (world) => {
      const replicas = await startReplicas(world, otherNames);
      await spoil(replicas);
      const addresses = [replicas.healthy, replicas.other].map(({ url }) => url);
      world.break(({ path }) => path === slicesPath, { answer: slicesOf(addresses) });
    },
    repair: async (world) => {
      const { healthy, other } = running.get(world) ?? {};
      running.delete(world);
      await Promise.all([healthy?.close(), other?.close()]);
    },
    ...fault,
  };
}

async function startReplicas(world: FaultWorld, otherNames: typeof certified): Promise<Replicas> {
  const authority = await createCertificateAuthority('policy-server-ca');
  const [certificate, otherCertificate] = await Promise.all(
    [certified, otherNames].map((names) => authority.issueServer(names)),
  );
  if (certificate === undefined || otherCertificate === undefined)
    throw new Error('no certificate was issued');
  const { answer } = world;
  const replicas = {
    healthy: await startPolicyServer({ certificate, answer }),
    other: await startPolicyServer({ certificate: otherCertificate, answer }),
  };
  running.set(world, replicas);
  const caFile = join(await mkdtemp(join(tmpdir(), 'fault-ca-')), 'ca.crt');
  await writeFile(caFile, authority.cert);
  world.serverFlags = ['--extra-ca', caFile];
  return replicas;
}

/** What the API server would say if it took addresses of loopback. */
function slicesOf(addresses: readonly URL[]): { readonly status: number; readonly body: string } {
  const items = addresses.map(({ hostname, port }, index) => ({
    metadata: { name: `${serviceName}-${index}` },
    addressType: 'IPv4',
    endpoints: [{ addresses: [hostname], conditions: { ready: true } }],
    ports: [{ name: 'policy-server', port: Number(port), protocol: 'TCP' }],
  }));
  const list = { kind: 'EndpointSliceList', apiVersion: 'discovery.k8s.io/v1', metadata: {}, items };
  return { status: 200, body: JSON.stringify(list) };
}

export const balancedConnections: FaultGroup = {
  title: 'Balanced connections',
  faults: [
    balanced(
      { id: 'endpoint-refuses', title: 'an endpoint refuses connections', sees: 'all 2 checks in full' },
      ({ other }) => other.stop(),
    ),
    balanced(
      {
        id: 'endpoint-dies',
        title: 'an endpoint dies in the middle of an answer and does not come back',
        sees: 'all 2 checks in full',
      },
      ({ other }) => {
        other.answer = async () => {
          await other.stop();
          return { fault: 'reset' };
        };
      },
    ),
    balanced(
      {
        id: 'endpoint-stranger',
        title: 'an endpoint presents a certificate for another name: it receives no object',
        sees: 'AS-4116',
      },
      ({ other }) => {
        other.answer = () => ({ allowed: false, message: 'a stranger was asked' });
      },
      { dns: ['somebody.else.svc'] },
    ),
  ],
};
