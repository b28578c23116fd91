import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';
import { policyPath, toPolicies } from '../support/cluster/real-policies.ts';
import { readSeed, type Seed } from '../support/cluster/seed.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { type EngineServer, startEngineServer } from '../support/engine-server.ts';

type Document = {
  readonly results: readonly {
    readonly result: string;
    readonly status: string;
    readonly severity: string;
    readonly policy: { readonly name: string };
    readonly resource: {
      readonly namespace: string | null;
      readonly resource: string;
      readonly name: string;
    };
    readonly message: string;
  }[];
  readonly policies: readonly { readonly name: string; readonly state: string }[];
  readonly summary: Readonly<Record<string, number>>;
};

const exceptions = join(import.meta.dirname, '../../examples/exceptions.yaml');

describeOnCluster('the cluster of npm run cluster', () => {
  const cluster = sharedCluster();
  let directory: string;
  let seed: Seed;
  let server: EngineServer;
  let connection: readonly string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-'));
    const authority = await createCertificateAuthority();
    await writeFile(join(directory, 'ca.crt'), authority.cert);
    seed = await readSeed(directory, () => undefined);
    server = await startEngineServer({ certificate: await authority.issueServer(), recordRequests: false });
    await server.load(toPolicies(seed.policies));
    await cluster.apply([...seed.workloads, ...seed.policies]);
    connection = ['--policy-server-url', server.url.href, '--extra-ca', join(directory, 'ca.crt')];
  });

  afterAll(async () => {
    for (const policy of seed.policies) await cluster.request('DELETE', policyPath(policy));
    for (const name of ['payments', 'legacy', 'monitoring', 'shop'])
      await cluster.request('DELETE', `/api/v1/namespaces/${name}`);
    await server.close();
    await rm(directory, { recursive: true });
  });

  function scan(...args: readonly string[]) {
    return runCli(['scan', ...connection, ...args], { env: { KUBECONFIG: cluster.kubeconfigPath } });
  }

  const seeded = ['payments', 'legacy', 'monitoring', 'shop'];

  /** The findings about what was seeded: the API server adds objects of its own, and other tests leave namespaces that end. */
  function rowsOf(stdout: string): readonly string[] {
    const { results } = JSON.parse(stdout) as Document;
    return results
      .filter(({ resource }) => seeded.includes(resource.namespace ?? ''))
      .filter(({ policy }) => policy.name !== 'everything-has-an-owner')
      .map(({ result, status, severity, policy, resource, message }) =>
        [
          status === 'accepted' ? status : result,
          severity,
          policy.name,
          `${resource.resource}/${resource.name}`,
          message,
        ].join(' '),
      );
  }

  test('is scanned by real policies over TLS', async () => {
    const { code, stdout } = await scan('-o', 'json', '--exceptions', exceptions);
    expect(code).toBe(1);
    expect(rowsOf(stdout)).toEqual([
      'fail critical trusted-registries pods/debug container "shell" comes from docker.io, which is not trusted',
      'accepted high no-privileged daemonsets.apps/node-agent container "agent" is privileged',
      'fail high approved-privileges deployments.apps/api a privileged container needs the label example.com/approved-by',
      'fail high no-privileged deployments.apps/api container "api" is privileged',
      'fail medium memory-limits deployments.apps/ftp container "ftp" has no memory limit',
      'fail low required-labels statefulsets.apps/mail the label app.kubernetes.io/name must be set',
      'fail info cost-center deployments.apps/web the label example.com/cost-center must be set',
    ]);
    const { policies, results } = JSON.parse(stdout) as Document;
    expect(policies.filter(({ state }) => state === 'skipped').map(({ name }) => name)).toEqual([
      'owner-label',
      'not-yet-active',
    ]);
    // A policy that did not start has no verdict: an error, and no violation.
    expect(results.filter(({ policy }) => policy.name === 'broken-settings')).toContainEqual(
      expect.objectContaining({
        result: 'error',
        message: 'Policy settings are invalid: settings.labels must be a list with at least one text',
      }),
    );
    const wildcard = results.filter(({ policy }) => policy.name === 'everything-has-an-owner');
    expect(wildcard.map(({ resource }) => resource.resource)).toContain('daemonsets.apps');
  });

  test('stores the same reports with exceptions as without', async () => {
    const store = ['--store', '-n', 'monitoring', '--fail-on', 'never'] as const;
    const created = await scan(...store);
    expect(created.stdout).toMatch(/reports: [1-9]\d* created/);
    const again = await scan(...store, '--exceptions', exceptions);
    expect(again.stdout).toMatch(/reports: 0 created, 0 updated, [1-9]\d* unchanged, 0 deleted/);
    expect(again.stdout).toMatch(/HIGH +accepted +no-privileged/);
    const path = '/apis/openreports.io/v1alpha1/namespaces/monitoring/reports';
    const { items } = await cluster.request<{ items: { scope: { kind: string }; results: object[] }[] }>(
      'GET',
      path,
    );
    const report = items.find(({ scope }) => scope.kind === 'DaemonSet');
    expect(report?.results).toContainEqual(
      expect.objectContaining({ policy: 'clusterwide-no-privileged', result: 'fail' }),
    );
  });
});
