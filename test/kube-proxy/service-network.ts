import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ensureBinaries } from '../cluster/build.mjs';
import type { ApiObject } from '../support/cluster/api-client.ts';
import type { RunningCluster } from '../support/cluster/cluster.ts';
import { waitForComponent } from '../support/cluster/component.ts';

const nodeName = 'the-node';
const nodeAddress = '10.244.0.1';
const serviceRange = '10.96.0.0/16';

/**
 * Gives the addresses of the node and of the Pods to the loopback interface of this network namespace, and routes Services
 * there. Refuses to do that to the network of the machine.
 */
export function prepareNamespace(podAddresses: readonly string[]): void {
  const interfaces = Object.keys(networkInterfaces());
  if (interfaces.some((name) => name !== 'lo')) {
    throw new Error(
      `not in an empty network namespace (there is ${interfaces.join(', ')}): npm run test:kube-proxy`,
    );
  }
  ip('link', 'set', 'lo', 'up');
  for (const address of [nodeAddress, ...podAddresses]) ip('address', 'add', `${address}/32`, 'dev', 'lo');
  ip('route', 'add', serviceRange, 'dev', 'lo', 'src', nodeAddress);
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr.trim()}`);
}

export type BalancedService = {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIP: string;
  readonly portName: string;
  readonly port: number;
  readonly podAddresses: readonly string[];
  readonly targetPort: number;
};

/** Registers a node and the Service's endpoints, runs kube-proxy, and waits until a connection to the Service goes through. */
export async function balance(cluster: RunningCluster, service: BalancedService): Promise<void> {
  await cluster.apply([
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: nodeName },
      status: { addresses: [{ type: 'InternalIP', address: nodeAddress }] },
    },
    anEndpointSlice(service, service.podAddresses),
  ]);
  const { 'kube-proxy': binary } = await ensureBinaries(['kube-proxy']);
  const kubeconfig = await cluster.kubeconfigFor({ name: 'harness', token: cluster.harnessToken });
  const proxy = cluster.run({
    name: 'kube-proxy',
    binary,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${nodeName}`,
      '--proxy-mode=nftables',
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ],
  });
  await waitForComponent(
    proxy,
    () => canConnect(service.clusterIP, service.port),
    'forwarding to the Service',
  );
}

/** What says that these Pods of the Service are ready. */
export function anEndpointSlice(
  { namespace, name, portName, targetPort }: BalancedService,
  podAddresses: readonly string[],
): ApiObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: portName, port: targetPort, protocol: 'TCP' }],
    endpoints: podAddresses.map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
    })),
  };
}

/** Answers when the other side has closed the connection as well: only then it has surely counted it. */
function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let isConnected = false;
    const socket = connect({ host, port, timeout: 2_000 }, () => {
      isConnected = true;
      socket.end().resume();
    });
    socket.on('timeout', () => socket.destroy()).on('error', () => undefined);
    socket.once('close', () => {
      resolve(isConnected);
    });
  });
}
