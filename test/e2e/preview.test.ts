import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import {
  aClusterAdmissionPolicy,
  anAdmissionPolicy,
  aPod,
  type PolicyOptions,
} from '../support/cluster/objects.ts';
import { exampleModule, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Counts = { newlyFailing: number; newlyPassing: number; stillFailing: number; stillPassing: number };
type Document = {
  complete: boolean;
  comparison: {
    counts: Counts & { notCompared: number };
    policies: { name: string; installed: object | null; differences: string[] }[];
    notCompared: { side: string; reason: string; code: string | null; count: number }[];
    changes: { change: string; why: string | null; resource: { name: string }; policy: { name: string } }[];
  };
};

function parse(stdout: string) {
  const { complete, comparison } = JSON.parse(stdout) as Document;
  const changes = comparison.changes.map(({ change, why, resource, policy }) =>
    [resource.name, policy.name, change, why].filter((word) => word !== null).join(' '),
  );
  return { complete, ...comparison, changes: changes.sort() };
}

describeOnCluster('preview', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    await world.apply([
      aPod(world.namespace, 'owned', { labels: { owner: 'team-a' } }),
      aPod(world.namespace, 'teamed', { labels: { team: 'a' } }),
      aPod(world.namespace, 'bare', { labels: { tier: 'x' } }),
    ]);
  });
  afterEach(() => world.close());

  const owned = (options: PolicyOptions = {}): ApiObject =>
    anAdmissionPolicy('labels', { namespace: world.namespace, ...requiring('owner'), ...options });

  async function preview(policies: readonly ApiObject[], ...flags: string[]) {
    const file = await world.writeFile('new.json', policies);
    return world.run(['preview', file, '-n', world.namespace, ...flags]);
  }

  test('says what other settings change, with each object asked once', async () => {
    await world.apply([owned({ severity: 'high' })]);
    await cluster.auditLog.reset();
    const { code, stdout } = await preview([owned({ severity: 'high', ...requiring('team') })], '-o', 'json');
    expect(parse(stdout)).toMatchObject({
      complete: true,
      counts: { newlyFailing: 1, newlyPassing: 1, stillFailing: 1, stillPassing: 0, notCompared: 0 },
      policies: [{ name: 'labels', differences: ['settings'] }],
      changes: ['owned labels newly-failing', 'teamed labels newly-passing'],
    });
    expect(code).toBe(1);
    const requests = await world.apiRequests();
    expect(requests).toMatchObject({ 'list pods': 1 });
    expect(Object.keys(requests).filter((request) => !/^(get|list) /.test(request))).toEqual([]);
    const screen = await preview([owned(requiring('team'))]);
    expect(screen.stdout).toMatch(
      /^NEWLY FAILING\n {2}world-\w+ {2}pods\/owned\n {4}- +labels: the label team must be set\n/,
    );
    expect(screen.stdout).toMatch(/against the installed one, which differs in settings, severity\n/);
    expect(screen.stdout).toMatch(/FAILED: 1 new violation at or above "any" \(1 unset\)\. Exit code 1\.\n$/);
  });

  test('counts what is rejected, and not what monitor mode reports', async () => {
    await world.apply([owned({ mode: 'monitor' })]);
    const enforced = parse((await preview([owned()], '-o', 'json')).stdout);
    expect(enforced.changes).toEqual([
      'bare labels newly-failing only-reported-before',
      'teamed labels newly-failing only-reported-before',
    ]);
    expect(enforced.policies[0]?.differences).toEqual(['mode monitor -> protect']);
    const same = await preview([owned({ mode: 'monitor' })]);
    expect(same.stdout).toContain('says the same as the installed one');
    expect(same.code).toBe(0);
  });

  test('counts objects that only one of the two matches', async () => {
    const onlyWith = (key: string) => ({
      objectSelector: { matchExpressions: [{ key, operator: 'Exists' }] },
    });
    await world.apply([owned(onlyWith('team'))]);
    const { changes, counts } = parse((await preview([owned(onlyWith('tier'))], '-o', 'json')).stdout);
    expect(changes).toEqual([
      'bare labels newly-failing not-looked-at-before',
      'teamed labels newly-passing no-longer-looked-at',
    ]);
    expect(counts).toMatchObject({ stillPassing: 0, stillFailing: 0 });
  });

  test('without an installed one says what would be rejected, and does not fail for what the gate lets pass', async () => {
    const { stdout, code } = await preview([owned({ severity: 'low' })], '--fail-on', 'high');
    expect(stdout).toContain('none of this name is installed');
    expect(stdout).toMatch(/ {2}2 newly failing, 0 newly passing, 0 fail as before, 1 pass as before\n/);
    expect(stdout).toMatch(/PASSED: 0 new violations at or above "high"\. Exit code 0\.\n$/);
    expect(code).toBe(0);
  });

  test('calls nothing newly failing that it could not compare', async () => {
    await world.apply([owned({ module: 'file:///nowhere.wasm' })]);
    const { stdout, code } = await preview([owned()], '-o', 'json');
    expect(parse(stdout)).toMatchObject({
      complete: false,
      counts: { newlyFailing: 0, notCompared: 3 },
      notCompared: [{ side: 'installed', code: 'AS-4302', count: 3 }],
      changes: [],
    });
    expect(code).toBe(3);
    await cluster.apply([owned({ backgroundAudit: false })]);
    const silent = await preview([owned()]);
    expect(silent.stdout).toContain('NOT COMPARED');
    expect(silent.stdout).toContain('backgroundAudit: false');
    expect(silent.code).toBe(3);
  });

  test('goes on with the policies that are valid', async () => {
    const { namespace } = world;
    const broken = owned({ mode: 'sometimes' as 'monitor' });
    const other = anAdmissionPolicy('unprivileged', { namespace, module: exampleModule('no-privileged') });
    const elsewhere = anAdmissionPolicy('lost', { namespace: 'not-there', ...requiring('owner') });
    const { stdout, stderr, code } = await preview([broken, other, other, elsewhere], '-o', 'json');
    expect(parse(stdout)).toMatchObject({ complete: false, counts: { stillPassing: 3, newlyFailing: 0 } });
    expect(stderr).toContain('is malformed');
    expect(stderr).toContain('it is in the input more than once');
    expect(code).toBe(3);
  });

  test('compares what both say of manifests, where the namespaces of the cluster decide', async () => {
    const { namespace } = world;
    const here = (labels: readonly string[]) =>
      aClusterAdmissionPolicy(`labels-${namespace}`, {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        ...requiring(...labels),
      });
    await world.apply([here(['owner'])]);
    const policies = await world.writeFile('new.json', [here(['owner', 'team'])]);
    const pods = await world.writeFile('pods.json', [aPod(namespace, 'later', { labels: { owner: 'a' } })]);
    const { stdout, code } = await world.run([
      'scan',
      pods,
      '--policies',
      policies,
      '--compare',
      '-o',
      'json',
    ]);
    expect(parse(stdout).changes).toEqual([`later labels-${namespace} newly-failing`]);
    expect(code).toBe(1);
    const markdown = await world.run(['preview', policies, pods, '-o', 'markdown']);
    expect(markdown.stdout).toMatch(/^## audit-scanner preview\n\n\*\*FAILED: 1 new violation/);
  });

  test('is refused before anything is asked where it makes no sense', async () => {
    const refused = await preview([owned()], '-o', 'sarif');
    expect(refused.stderr).toContain('a comparison cannot be written as sarif');
    expect((await world.run(['preview'])).stderr).toContain('there is no policy to preview');
    const stored = await world.run(['scan', '--policies', 'new.yaml', '--compare', '--store']);
    expect(stored.stderr).toContain('--compare and --store contradict each other');
    expect([refused.code, stored.code]).toEqual([2, 2]);
  });
});
