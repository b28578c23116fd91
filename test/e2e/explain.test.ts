import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aClusterAdmissionPolicy, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { exampleModule, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { aModule } from '../support/modules.ts';
import { World } from '../support/world.ts';

const reports = ['--report-kind', 'policyreport'];

describeOnCluster('audit-scanner explain', () => {
  const cluster = sharedCluster();
  let world: World;
  let folder: string;

  beforeEach(async () => {
    world = await World.create(cluster);
    folder = await mkdtemp(join(tmpdir(), 'explain-'));
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  const explain = (...argv: string[]) =>
    world.run(['explain', ...argv], { env: { XDG_CACHE_HOME: folder, HOME: folder } });
  const explainJson = async (...argv: string[]) =>
    JSON.parse((await explain(...argv, '-o', 'json')).stdout) as Record<string, unknown>;

  test('tells of a policy what it is and what fails it now, and reads only', async () => {
    const { namespace } = world;
    await world.apply([
      aClusterAdmissionPolicy('owned', { severity: 'high', title: 'Who owns it', ...requiring('owner') }),
      aPod(namespace, 'web'),
      aPod(namespace, 'db', { labels: { owner: 'me' } }),
    ]);
    await world.scan(['--store', '--fail-on', 'never', ...reports]);
    await cluster.auditLog.reset();
    const { code, stdout, stderr } = await explain('owned', ...reports);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ClusterAdmissionPolicy\/owned\nWho owns it\n/);
    expect(stdout).toMatch(
      /failing now +\d+ objects? \(\d+ pass\), as of \d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+s ago\n/,
    );
    expect(stdout).toMatch(new RegExp(`^ {2}Pod ${namespace}/web$`, 'm'));
    expect(stdout).not.toContain(`Pod ${namespace}/db`);
    expect(stdout).toMatch(/Settings\n {2}labels:\n {4}- owner\n/);
    expect(stdout).toMatch(/digest +sha256:[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/signatures +not verified$/m);
    const verbs = Object.keys(await world.apiRequests()).map((request) => request.split(' ')[0]);
    expect([...new Set(verbs)].toSorted()).toEqual(['get', 'list']);
    expect((await explainJson('owned', ...reports))['results']).toMatchObject({ outdated: 0, error: 0 });
  });

  test('says what is unknown, and never 0 for it', async () => {
    await world.apply([aClusterAdmissionPolicy('new', { module: 'registry://registry.example.com/new:v1' })]);
    const { stdout } = await explain('new', ...reports);
    expect(stdout).toMatch(/failing now +unknown: no stored report has a result of it$/m);
    expect(stdout).toMatch(/digest +unknown: the module is not on this machine; --pull downloads it$/m);
    expect(await explainJson('new', '--no-reports')).toMatchObject({
      results: null,
      unknown: { results: 'the stored reports were not read (--no-reports)' },
    });
    expect(world.policyServer.connections).toBe(0);
  });

  test('has what the author says from the module, where that is at hand', async () => {
    const annotations = {
      'io.kubewarden.policy.title': 'from-module',
      'io.kubewarden.policy.description': 'What the module says',
      'io.kubewarden.policy.url': 'https://docs.example/policy',
    };
    const place = join(folder, 'kubewarden/store/registry/registry.example.com');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'known:v1'), aModule({ rules: [], mutating: false, annotations }));
    const module = 'registry://registry.example.com/known:v1';
    await world.apply([aClusterAdmissionPolicy('known', { module, title: 'From the policy' })]);
    expect(await explainJson('known', '--no-reports')).toMatchObject({
      documentation: {
        title: 'From the policy',
        description: 'What the module says',
        url: 'https://docs.example/policy',
      },
      modules: [{ reference: module, digest: expect.stringMatching(/^sha256:/) as string }],
    });
  });

  test('does not guess between namespaces, and tells those of an AdmissionPolicy only', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('twice', { namespace, ...requiring('owner') }),
      aClusterAdmissionPolicy('twice', requiring('other')),
      aPod(namespace, 'web'),
    ]);
    await world.scan(['-n', namespace, '--store', '--fail-on', 'never', ...reports]);
    const both = await explain('twice');
    expect([both.code, both.stdout]).toEqual([2, '']);
    expect(both.stderr).toContain(`audit-scanner explain AdmissionPolicy/${namespace}/twice`);
    const own = await explain(`${namespace}/twice`, ...reports);
    expect(own.stdout).toMatch(/failing now +1 object \(0 pass\), last confirmed at an unknown time/);
  });

  test('a policy of a file is explained without a cluster', async () => {
    await writeFile(
      join(folder, 'policy.yaml'),
      JSON.stringify(aClusterAdmissionPolicy('in-a-file', { module: exampleModule('memory-limits') })),
    );
    const { code, stdout } = await world.run(
      ['explain', 'in-a-file', '--policies', join(folder, 'policy.yaml')],
      { env: { KUBECONFIG: '/nonexistent/config' } },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ClusterAdmissionPolicy\/in-a-file\nMemory limits\n/);
    expect(stdout).toMatch(/failing now +unknown: the environment variable KUBECONFIG points to a file/);
    expect(stdout).toMatch(/signatures +not verified$/m);
  });

  test('a policy of a file is explained with the reports of the cluster, if there is one', async () => {
    const { namespace } = world;
    const owned = aClusterAdmissionPolicy('owned', requiring('owner'));
    await world.apply([owned, aPod(namespace, 'web')]);
    await world.scan(['--store', '--fail-on', 'never', ...reports]);
    const file = join(folder, 'policy.yaml');
    await writeFile(file, JSON.stringify(owned));
    const alone = await explain('owned', '--policies', file, ...reports);
    expect([alone.code, alone.stderr]).toEqual([0, '']);
    expect(alone.stdout).toMatch(/failing now +\d+ objects? .*of the policy as it was before/);
    expect(alone.stdout).toMatch(new RegExp(`^ {2}Pod ${namespace}/web$`, 'm'));
    const both = await explain('owned', '--policies', 'cluster', '--policies', file, '--no-reports');
    expect(both.stderr).toContain('of a file replaces the installed one');
    expect(both.stdout).toMatch(/failing now +unknown: the stored reports were not read/);
  });

  test('a cluster that is not there is exit code 4, and a code needs none', async () => {
    const env = { KUBECONFIG: '/nonexistent/config' };
    expect((await world.run(['explain', 'some-policy'], { env })).code).toBe(4);
    expect((await world.run(['explain', 'AS-3101'], { env })).code).toBe(0);
  });
});
