import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildReview } from '../../src/evaluation/review.ts';
import { Connections } from '../../src/net/connections.ts';
import { createTlsSettings } from '../../src/net/tls.ts';
import { anObject, aPolicy, pods } from '../support/builders.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../support/certificates.ts';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import { aClusterAdmissionPolicy, aNamespace, aPod, aPolicyServer } from '../support/cluster/objects.ts';
import { type PolicyServer, startPolicyServer } from '../support/policy-server.ts';
import { anEndpointSlice, type BalancedService, balance, prepareNamespace } from './service-network.ts';

const auditScanner = join(import.meta.dirname, '../../bin/audit-scanner.js');

const podAddresses = ['10.244.0.11', '10.244.0.12', '10.244.0.13'];
const targetPort = 8443;
const clusterIP = '10.96.0.10';
const service: BalancedService = {
  namespace: 'kubewarden',
  name: 'policy-server-default',
  clusterIP,
  portName: 'policy-server',
  port: 443,
  podAddresses,
  targetPort,
};

/** 100 Pods and 6 policies that look at each of them. */
const podNames = Array.from({ length: 100 }, (_, index) => `pod-${index}`);
const policyNames = ['a', 'b', 'c', 'd', 'e', 'f'];
const evaluations = podNames.length * policyNames.length;

type ScanResult = { readonly complete: boolean; readonly connections: readonly object[] };

type Count = { readonly connections: number; readonly requests: number };

describe('three replicas of a policy server behind a Service with kube-proxy', () => {
  let cluster: RunningCluster;
  let authority: CertificateAuthority;
  let caPath: string;
  let replicas: PolicyServer[];
  let before: Count[];

  beforeAll(async () => {
    prepareNamespace(podAddresses);
    cluster = await startCluster();
    authority = await createCertificateAuthority();
    caPath = join(cluster.directory, 'policy-server-ca.crt');
    await writeFile(caPath, authority.cert);
    const certificate = await authority.issueServer({
      ip: [clusterIP],
      dns: ['policy-server-default.kubewarden.svc'],
    });
    const options = { certificate, port: targetPort, recordRequests: false };
    replicas = await Promise.all(podAddresses.map((host) => startPolicyServer({ ...options, host })));
    await cluster.apply([
      aNamespace('kubewarden'),
      aNamespace('load'),
      ...aPolicyServer('default', { clusterIP }),
      ...policyNames.map((name) => aClusterAdmissionPolicy(name)),
      ...podNames.map((name) => aPod('load', name)),
    ]);
    await balance(cluster, service);
    return async () => {
      await cluster.stop();
      await Promise.all(replicas.map((replica) => replica.close()));
    };
  });

  beforeEach(() => {
    before = replicas.map(countOf);
  });

  /** What each replica got since the test began; also printed. */
  function spread(what: string): Count[] {
    const counts = replicas.map(countOf).map(({ connections, requests }, index) => ({
      connections: connections - before[index]!.connections,
      requests: requests - before[index]!.requests,
    }));
    const share = ({ requests }: Count): string => `${((100 * requests) / evaluations).toFixed(1)} %`;
    const line = counts.map(
      (count) => `${count.requests} (${share(count)}) on ${count.connections} connections`,
    );
    console.log(`${what}: ${line.join(', ')}`);
    return counts;
  }

  test('each gets its share of a scan, because every evaluation has a connection of its own', async () => {
    const scan = [
      '--kubewarden-namespace',
      'kubewarden',
      '--loglevel',
      'info',
      '--report-kind',
      'openreports',
    ];
    // The name of the Service does not resolve without a cluster DNS.
    const server = ['--policy-server-url', `https://${clusterIP}`, '--extra-ca', caPath];
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath };
    await promisify(execFile)(process.execPath, [auditScanner, ...scan, ...server], { env });

    const counts = spread('audit-scanner');
    expect(sum(counts, 'requests')).toBe(evaluations);
    for (const { connections, requests } of counts) {
      expect(connections).toBe(requests);
      // A third ± 10 points; chance alone leaves that once in a million runs.
      expect(requests / evaluations).toBeGreaterThan(1 / 3 - 0.1);
      expect(requests / evaluations).toBeLessThan(1 / 3 + 0.1);
    }
  });

  /** Scans by the endpoints: the name of the Service does not even resolve. Resolves to what the JSON says. */
  async function scanBalanced(): Promise<Pick<ScanResult, 'complete' | 'connections'>> {
    const scan = [
      'scan',
      '-o',
      'json',
      '--load',
      'normal',
      '--connections',
      'balanced',
      '--extra-ca',
      caPath,
    ];
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath };
    const { stdout } = await promisify(execFile)(process.execPath, [auditScanner, ...scan], {
      env,
      maxBuffer: 2 ** 28,
    });
    const { complete, connections } = JSON.parse(stdout) as ScanResult;
    return { complete, connections };
  }

  test('each gets its share of a scan with balanced connections, which are few (W23)', async () => {
    expect(await scanBalanced()).toEqual({
      complete: true,
      connections: [{ policyServer: 'default', mode: 'balanced', endpoints: 3, reason: null }],
    });

    const counts = spread('audit-scanner --connections balanced');
    expect(sum(counts, 'requests')).toBe(evaluations);
    for (const { connections, requests } of counts) {
      expect(Math.abs(requests / evaluations - 1 / 3)).toBeLessThan(0.05 / 3);
      expect(connections).toBeLessThan(50);
    }
  });

  test('one that dies loses nothing, and the one that takes its place gets a share within seconds', async () => {
    await cluster.apply([anEndpointSlice(service, podAddresses.slice(0, 2))]);
    const [dying] = replicas;
    const allow = async (): Promise<{ allowed: boolean }> => {
      await delay(150);
      return { allowed: true };
    };
    for (const replica of replicas) replica.answer = allow;
    let replaced: Promise<unknown> | undefined;
    dying!.answer = () => {
      replaced ??= Promise.all([
        dying!.stop(),
        cluster.apply([anEndpointSlice(service, podAddresses.slice(1))]),
      ]);
      return allow();
    };
    expect(await scanBalanced()).toMatchObject({ complete: true, connections: [{ endpoints: 2 }] });
    await replaced;

    const counts = spread('one replica dies and another one joins');
    expect(sum(counts, 'requests')).toBeGreaterThanOrEqual(evaluations);
    expect(counts[2]!.requests).toBeGreaterThan(evaluations / 4);
    for (const replica of replicas) replica.answer = () => ({ allowed: true });
    await dying!.start();
    await cluster.apply([anEndpointSlice(service, podAddresses)]);
  });

  test('with connections that are kept, one of them gets nothing at all', async () => {
    const most = 2;
    const tls = createTlsSettings({
      extraCa: { path: caPath, pem: Buffer.from(authority.cert) },
      verify: true,
    });
    const connections = new Connections(() => ({ tls, proxy: undefined, most, idleMs: 60_000 }));
    const headers = { 'content-type': 'application/json' };
    const limits = { deadlineMs: 0, maxBodyBytes: 2 ** 20, signal: new AbortController().signal };
    const answers = await Promise.all(
      podNames.flatMap((pod) =>
        policyNames.map((policy) => {
          const { body } = buildReview(anObject(pods, `load/${pod}`), { compat: false });
          const path = `/audit/${aPolicy(policy).uniqueName}`;
          return connections.exchange(
            { method: 'POST', origin: `https://${clusterIP}`, path, headers, body },
            limits,
          );
        }),
      ),
    );
    await connections.close();
    expect(answers.filter(({ body }) => !body.includes('"allowed":true'))).toEqual([]);

    const counts = spread('for contrast, two connections that are kept');
    expect(sum(counts, 'requests')).toBe(evaluations);
    expect(sum(counts, 'connections')).toBe(most);
    expect(Math.min(...counts.map(({ requests }) => requests))).toBe(0);
  });
});

function countOf({ connections, requests }: PolicyServer): Count {
  return { connections, requests };
}

function sum(counts: readonly Count[], field: keyof Count): number {
  return counts.reduce((total, count) => total + count[field], 0);
}
