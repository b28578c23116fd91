import { afterEach, beforeEach, expect, test } from 'vitest';
import { runShell } from '../support/cli.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount, grantRoles, parseRoles, revokeRoles } from '../support/cluster/grants.ts';
import { anAdmissionPolicy, aPod, aWorkload } from '../support/cluster/objects.ts';
import { policyPath, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

/** Of any run over the cluster that the tests share. */
const records = [
  '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/audit-scanner-run',
  '/apis/openreports.io/v1alpha1/clusterreports/audit-scanner-run',
];
const kind = ['--report-kind', 'policyreport'];

type Document = {
  readonly complete: boolean;
  readonly incomplete: readonly { readonly code: string; readonly message: string }[];
  readonly summary: Readonly<Record<string, unknown>>;
  readonly coverage: { readonly storedReports: Readonly<Record<string, string | null>> };
  readonly results: readonly {
    readonly resource: { readonly name: string };
    readonly owner?: { readonly resource: string; readonly name: string };
    readonly result: string;
    readonly severity: string;
    readonly status: string;
  }[];
  readonly baseline: {
    readonly counts: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
  } | null;
};

describeOnCluster('stored reports that are read', () => {
  const cluster = sharedCluster();
  let world: World;
  let policy: ApiObject;

  beforeEach(async () => {
    world = await World.create(cluster);
    for (const record of records) await cluster.request('DELETE', record).catch(() => undefined);
    const { namespace } = world;
    policy = anAdmissionPolicy('picky', { namespace, severity: 'high', ...requiring('owner') });
    await world.apply([policy]);
  });
  afterEach(() => world.close());

  async function create(object: ApiObject): Promise<ApiObject> {
    const [created] = await world.apply([object]);
    return created!;
  }

  /** A Pod of a Deployment and one of nobody that fail, and one that passes. */
  async function createDebt(): Promise<ApiObject> {
    const { namespace } = world;
    const deployment = await create(aWorkload('Deployment', `${namespace}/web`));
    const owner = await create(aWorkload('ReplicaSet', `${namespace}/web-1`, deployment));
    await world.apply([
      aPod(namespace, 'web-a', { owner }),
      aPod(namespace, 'bare'),
      aPod(namespace, 'good', { labels: { owner: 'me' } }),
    ]);
    return owner;
  }

  const scan = (...argv: string[]) => world.scan(['-n', world.namespace, ...kind, ...argv]);
  const report = (...argv: string[]) => world.run(['report', '-n', world.namespace, ...kind, ...argv]);
  const readJson = async (...argv: string[]) =>
    JSON.parse((await report(...argv, '-o', 'json')).stdout) as Document;

  /** What another tool has written beside ours, about the same Pod. */
  async function writeAsStranger(): Promise<void> {
    await cluster.apply([
      {
        apiVersion: 'wgpolicyk8s.io/v1alpha2',
        kind: 'PolicyReport',
        metadata: { name: 'of-a-stranger', namespace: world.namespace },
        scope: { apiVersion: 'v1', kind: 'Pod', name: 'good' },
        results: [{ policy: 'theirs', source: 'stranger', result: 'fail', message: 'not ours' }],
      },
    ]);
  }

  test('as a baseline let old debt stand, of replaced Pods as well, and count what is new', async () => {
    const owner = await createDebt();
    expect((await scan('--store')).code).toBe(1);
    await world.apply([aPod(world.namespace, 'web-b', { owner })]);
    const known = await scan('--baseline', 'cluster');
    expect(known.stdout).toMatch(/baseline cluster: 0 new, 0 changed, 3 known; 0 fixed, 0 not looked at/);
    expect(known.stdout).toMatch(/warning: there is no run record.* \[AS-2064\]/);
    await world.apply([aPod(world.namespace, 'fresh')]);
    // What is stored before the run is what counts, and not what the run stores itself.
    const fresh = await scan('--baseline', 'cluster', '--store');
    expect(fresh.stdout).toMatch(/baseline cluster: 1 new, 0 changed, 3 known/);
    expect([known.code, fresh.code]).toEqual([0, 1]);
  });

  test('call fixed what has been looked at, and nothing else', async () => {
    await createDebt();
    await scan('--store');
    await world.apply([aPod(world.namespace, 'bare', { labels: { owner: 'me' } })]);
    const counts = async (...argv: string[]) =>
      (JSON.parse((await scan('--baseline', 'cluster', '-o', 'json', ...argv)).stdout) as Document).baseline
        ?.counts;
    expect(await counts()).toMatchObject({ known: 1, fixed: 1, unseen: 0 });
    expect(await counts('-l', 'owner=me')).toMatchObject({ known: 0, fixed: 0, unseen: 2 });
  });

  test('are rendered as they are, with owners, their age and what they do not know, and only ours', async () => {
    await createDebt();
    await scan('--store');
    await writeAsStranger();
    const connections = world.policyServer.connections;
    await cluster.auditLog.reset();
    const document = await readJson('--show', 'all');
    expect(
      document.results.map(({ resource, owner, result, severity }) => [
        resource.name,
        owner && `${owner.resource}/${owner.name}`,
        result,
        severity,
      ]),
    ).toEqual([
      ['bare', undefined, 'fail', 'high'],
      ['good', undefined, 'pass', 'high'],
      ['web-a', 'deployments.apps/web', 'fail', 'high'],
    ]);
    expect(document).toMatchObject({
      complete: false,
      summary: { resources: 3, evaluations: 3, pass: 1, fail: 2, error: 0 },
      coverage: { storedReports: { confirmedAt: null, newestChange: expect.stringMatching(/Z$/) as string } },
      incomplete: [{ code: 'AS-5154', message: expect.stringContaining('no run record') as string }],
    });
    const requests = await world.apiRequests();
    expect(Object.keys(requests).filter((request) => !/^(?:get|list) /.test(request))).toEqual([]);
    expect(requests['list policyreports.wgpolicyk8s.io']).toBe(1);
    expect(world.policyServer.connections).toBe(connections);
    const { code, stdout } = await report('--severity', 'critical');
    expect(code).toBe(1);
    expect(stdout).toContain('3 resources, 1 audited policy, 3 stored results\n');
    expect(stdout).toMatch(
      /looked at: stored reports on 1 namespace, 1 resource type, last confirmed at an unknown time/,
    );
    expect(stdout).not.toContain('theirs');
  });

  test('of a run over the whole cluster are confirmed by it, and say what has changed since', async () => {
    await createDebt();
    await world.scan(['--store', ...kind]);
    const { stdout } = await report();
    expect(stdout).toMatch(/confirmed \d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+s before they were read/);
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('late', { namespace, ...requiring('owner') })]);
    await cluster.apply([anAdmissionPolicy('picky', { namespace, severity: 'high', ...requiring('other') })]);
    const messages = (await readJson()).incomplete.map(({ message }) => message);
    const name = `AdmissionPolicy/${namespace}`;
    expect(messages).toContain(`stored results are of ${name}/picky as it was before its last change`);
    expect(messages).toContain(`no run over the whole cluster has asked ${name}/late yet`);
    await world.delete(policyPath(policy));
    const gone = await report();
    expect(gone.stdout).toContain(`stored results are of ${name}/picky, which is gone`);
  });

  type Difference = {
    readonly entries: readonly {
      readonly state: string;
      readonly namespace: string | null;
      readonly name: string;
    }[];
  };
  /** With `file` on stdin. */
  const diff = async (argv: readonly string[], file = '/dev/null') => {
    const env = { KUBECONFIG: cluster.kubeconfigPath, FILE: file };
    const words = ['diff', ...argv, ...kind, '-o', 'json'];
    const result = await runShell('"$@" < "$FILE"', words, { env });
    const { entries } = JSON.parse(result.stdout) as Difference;
    const own = entries.filter(({ namespace }) => namespace === world.namespace);
    return { ...result, states: own.map(({ state, name }) => `${state} ${name}`).toSorted() };
  };
  const save = async (name: string) => {
    const file = await world.writeFile(name, []);
    await scan('-o', `json=${file}`);
    return file;
  };
  const label = (name: string, labels: object | null) =>
    cluster.request('PATCH', `/api/v1/namespaces/${world.namespace}/pods/${name}`, { metadata: { labels } });

  test('as OLD of a diff make new what an object does that passed, and leave open what they may not have seen', async () => {
    await createDebt();
    await scan('--store');
    await label('good', { owner: null });
    await world.apply([aPod(world.namespace, 'fresh')]);
    const { states, code, stderr } = await diff(['cluster', await save('new.json')]);
    expect(states).toEqual(['known bare', 'known web', 'new good', 'notSeenBefore fresh']);
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('cluster does not say what its scans left out');
  });

  test('as NEW of a diff say what is new and fixed since a saved result', async () => {
    await createDebt();
    const old = await save('old.json');
    await label('bare', { owner: 'me' });
    await world.apply([aPod(world.namespace, 'fresh')]);
    await world.scan(['--store', ...kind]);
    const { states, code } = await diff([old, 'cluster']);
    expect(states).toEqual(['fixed bare', 'known web', 'new fresh']);
    expect(code).toBe(1);
  });

  test('beside a result on stdin', async () => {
    await createDebt();
    await scan('--store');
    // Reports of other namespaces may be there as well, which the result on stdin is not about.
    const { states, code } = await diff(['cluster', '-', '--on-incomplete', 'warn'], await save('new.json'));
    expect(states).toEqual(['known bare', 'known web']);
    expect(code).toBe(0);
  });

  test('that are not there are no pass, neither for a report nor as a baseline', async () => {
    const none = await report('--report-kind', 'openreports');
    expect([none.code, none.stdout]).toEqual([4, '']);
    expect(none.stderr).toMatch(
      /there are no reports of audit-scanner in reports\.openreports\.io.*AS-5153|AS-5153/,
    );
    const baseline = await scan('--baseline', 'cluster', '--report-kind', 'openreports');
    expect(baseline.code).toBe(4);
    expect((await report('--baseline', 'cluster')).code).toBe(2);
  });

  test('that may not be listed are said to be so; rbac knows what it takes', async () => {
    await createDebt();
    await scan('--store');
    const account = await anAccount(cluster, world.namespace, 'reader');
    const read = (...argv: string[]) =>
      world.run([...argv, '-n', world.namespace, ...kind], { env: account.env });
    const forbidden = await read('report');
    expect(forbidden.code).toBe(4);
    const printed = await world.run([
      ...['rbac', '-n', world.namespace, '--baseline', 'cluster', ...kind],
      ...['--service-account', `${world.namespace}/reader`],
    ]);
    const roles = parseRoles(printed.stdout);
    await grantRoles(cluster, roles);
    try {
      expect((await read('report')).code).toBe(1);
    } finally {
      await revokeRoles(cluster, roles);
    }
  });
});
