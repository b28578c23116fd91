import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ApiError, createApiClient } from '../support/cluster/api-client.ts';
import { countRequests } from '../support/cluster/audit-log.ts';
import { startCluster } from '../support/cluster/cluster.ts';
import { aClusterAdmissionPolicy, aConfigMap, aNamespace, aPod } from '../support/cluster/objects.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

type List = { readonly items: readonly Record<string, unknown>[] };

describeOnCluster('the shared API server', () => {
  const cluster = sharedCluster();
  const reports = '/apis/wgpolicyk8s.io/v1alpha2/namespaces/default/policyreports';

  function reportWith(severity: string): Record<string, unknown> {
    return {
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: { generateName: 'harness-', namespace: 'default' },
      results: [{ policy: 'clusterwide-p', result: 'fail', severity }],
    };
  }

  test('stores a report whose severity is one of the five', async () => {
    const stored = await cluster.request('POST', reports, reportWith('critical'));
    expect(stored['results']).toEqual([{ policy: 'clusterwide-p', result: 'fail', severity: 'critical' }]);
    await cluster.request('DELETE', `${reports}/${stored.metadata.name}`);
  });

  test('refuses a report whose severity is not in the enum', async () => {
    const refused = cluster.request('POST', reports, reportWith('moderate'));
    await expect(refused).rejects.toThrow(
      /answered 422: .*results\[0\]\.severity: Unsupported value: "moderate"/,
    );
  });

  test('serves the five Kubewarden kinds and both report APIs', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const { items } = await cluster.request<{ items: { metadata: { name: string } }[] }>('GET', path);
    expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'admissionpolicies.policies.kubewarden.io',
      'admissionpolicygroups.policies.kubewarden.io',
      'clusteradmissionpolicies.policies.kubewarden.io',
      'clusteradmissionpolicygroups.policies.kubewarden.io',
      'clusterpolicyreports.wgpolicyk8s.io',
      'clusterreports.openreports.io',
      'policyreports.wgpolicyk8s.io',
      'policyservers.policies.kubewarden.io',
      'reports.openreports.io',
    ]);
  });

  test('fills in the defaults of a policy and keeps its status apart from its spec', async () => {
    const policy = aClusterAdmissionPolicy('harness-defaults', { status: 'pending' });
    const [stored] = await cluster.apply([policy]);
    expect(stored).toMatchObject({
      spec: { policyServer: 'default', mode: 'protect', backgroundAudit: true, timeoutSeconds: 10 },
      status: { policyStatus: 'pending' },
    });
    await cluster.request(
      'DELETE',
      '/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/harness-defaults',
    );
  });

  test('lets a ServiceAccount with the role view list Pods and nothing secret', async () => {
    const token = await cluster.createServiceAccountToken('harness', 'viewer');
    await cluster.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'harness-viewer' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', namespace: 'harness', name: 'viewer' }],
      },
    ]);
    const viewer = createApiClient({ ...cluster, token });
    try {
      // The API server hears of a new binding a moment after it has stored it.
      await expect
        .poll(() => viewer.request<List>('GET', '/api/v1/pods').catch(String), { timeout: 10_000 })
        .toMatchObject({ kind: 'PodList' });
      await expect(viewer.request('GET', '/api/v1/secrets')).rejects.toMatchObject({ status: 403 });
      const as = 'system:serviceaccount:harness:viewer';
      await expect(cluster.request('GET', '/api/v1/secrets', undefined, { as })).rejects.toBeInstanceOf(
        ApiError,
      );
    } finally {
      await viewer.close();
    }
  });

  test('counts in its audit log what others than the harness ask', async () => {
    const admin = createApiClient({ ...cluster, token: cluster.adminToken });
    try {
      await admin.request('GET', '/api/v1/nodes');
      await cluster.auditLog.reset();
      await admin.request('GET', '/api/v1/pods?limit=1');
      await admin.request('GET', '/api/v1/pods?limit=2');
      await admin.request('GET', `${reports}/missing`).catch(() => undefined);
      await cluster.request('GET', '/api/v1/services');
      const requests = await cluster.auditLog.requests();
      expect(countRequests(requests)).toEqual({ 'get policyreports.wgpolicyk8s.io': 1, 'list pods': 2 });
      expect(requests.find(({ verb }) => verb === 'get')).toMatchObject({
        user: 'admin',
        namespace: 'default',
        name: 'missing',
        status: 404,
      });
    } finally {
      await admin.close();
    }
  });

  test('ends namespaces and collects what their objects own', async () => {
    const [, pod] = await cluster.apply([aNamespace('harness-gc'), aPod('harness-gc', 'owner')]);
    const owned = aConfigMap('harness-gc', 'owned');
    const { uid } = pod!.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'owner', uid }];
    await cluster.apply([{ ...owned, metadata: { ...owned.metadata, ownerReferences } }]);

    await cluster.request('DELETE', '/api/v1/namespaces/harness-gc/pods/owner?gracePeriodSeconds=0');
    await untilGone('/api/v1/namespaces/harness-gc/configmaps/owned');
    await cluster.request('DELETE', '/api/v1/namespaces/harness-gc');
    await untilGone('/api/v1/namespaces/harness-gc');
  });

  async function untilGone(path: string): Promise<void> {
    for (;;) {
      try {
        await cluster.request('GET', path);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return;
        throw error;
      }
      await delay(100);
    }
  }

  test('shows the log of a component that does not come up', async () => {
    const start = startCluster({ apiServerFlags: ['--no-such-flag'] });
    await expect(start).rejects.toThrow(
      /^kube-apiserver ended \(exit code 1\) before it was ready; the end of its log:\n[^]*unknown flag: --no-such-flag/,
    );
  });
});

describe('a group of components', () => {
  test('does not outlive the process that started it, even when that is killed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'harness-'));
    const module = new URL('../support/cluster/component.ts', import.meta.url).href;
    const listen = `net.createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
    const script = `
      import { createComponentGroup } from ${JSON.stringify(module)};
      const group = createComponentGroup(${JSON.stringify(directory)});
      const listener = group.run({ name: 'listener', binary: process.execPath, args: ['-e', ${JSON.stringify(listen)}] });
      const poll = setInterval(() => {
        const port = listener.lastLogLines();
        if (port !== '') console.log(port);
      }, 50);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const port = Number(line);
    expect(await isListening(port)).toBe(true);

    parent.kill('SIGKILL');
    while ((await isListening(port)) || existsSync(directory)) await delay(50);
  });

  function isListening(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => {
        resolve(false);
      });
    });
  }
});
