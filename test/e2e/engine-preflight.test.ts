import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { relay, wapcMetadata } from '../fixtures/wasm/modules.ts';
import { anAccount, grantRoles, parseRoles, type Role, revokeRoles } from '../support/cluster/grants.ts';
import { aClusterAdmissionPolicy, aConfigMap, aPod, aPolicyServer } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Row = { name: string; result: string; detail: string; code: string | null; fixes: string[] };

/* What doctor and rbac say of a scan that evaluates the policies of the cluster itself. */
describeOnCluster('before a scan with the embedded engine', () => {
  const cluster = sharedCluster();
  const engine = ['--engine', 'embedded'];
  let world: World;
  let folder: string;
  let reader: string;
  let granted: Role[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modules-'));
    // It reads Secrets and answers with what it was told.
    const call = {
      namespace: 'kubernetes',
      operation: 'list_resources_all',
      payload: JSON.stringify({ api_version: 'v1', kind: 'Secret', field_masks: ['kind'] }),
    };
    const path = join(folder, 'reader.wasm');
    await writeFile(path, relay(call, wapcMetadata));
    reader = pathToFileURL(path).href;
  });
  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    world = await World.create(cluster);
    granted = [];
    const [server] = aPolicyServer('private');
    const terms = { imagePullSecret: 'pull', verificationConfig: '' };
    await cluster.apply([
      { ...server!, spec: { ...(server!['spec'] as object), ...terms } },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'pull', namespace: 'kubewarden' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') },
      },
    ]);
    await world.apply([
      aClusterAdmissionPolicy('owned', { policyServer: 'private', ...requiring('owner') }),
      aPod(world.namespace, 'web', { labels: { owner: 'a' } }),
    ]);
  });
  afterEach(async () => {
    await revokeRoles(cluster, granted);
    await cluster.request('DELETE', '/apis/policies.kubewarden.io/v1/policyservers/private');
    await cluster.request('DELETE', '/api/v1/namespaces/kubewarden/secrets/pull');
    await world.close();
  });

  async function grant(yaml: string): Promise<void> {
    const roles = parseRoles(yaml);
    granted.push(...roles);
    await grantRoles(cluster, roles);
  }

  async function doctor(flags: readonly string[], env: Record<string, string> = {}) {
    const kubeconfig = { KUBECONFIG: cluster.kubeconfigPath, ...env };
    const { code, stdout } = await world.run(['doctor', '-o', 'json', ...flags], { env: kubeconfig });
    const { checks } = JSON.parse(stdout) as { checks: Row[] };
    return { code, rows: Object.fromEntries(checks.map((row) => [row.name, row])) };
  }

  const reads = { contextAwareResources: [{ apiVersion: 'v1', kind: 'Secret' }] };

  test('what rbac prints is enough for such a scan, and names the Secrets that it reads', async () => {
    await world.apply([aClusterAdmissionPolicy('reader', { module: reader, ...reads })]);
    const { env } = await anAccount(cluster, world.namespace, 'auditor');
    const flags = [...engine, '-n', world.namespace];
    const account = ['--service-account', `${world.namespace}/auditor`];
    const { stdout, code } = await world.run(['rbac', ...flags, ...account]);
    expect(code).toBe(0);
    expect(stdout).toContain('\n# With pull modules are pulled from their registries.\n');
    await grant(stdout);
    expect(granted.filter(({ kind }) => kind.endsWith('Role')).map(({ rules }) => rules)).toMatchObject([
      [
        { resources: ['secrets'], verbs: ['list'] },
        { resources: expect.arrayContaining(['policyservers']) as string[], verbs: ['list'] },
      ],
      [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['pull'], verbs: ['get'] }],
      [
        { resources: ['namespaces'], verbs: ['get'] },
        { resources: ['pods'], verbs: ['list'] },
      ],
    ]);

    const scan = await world.run(['scan', ...flags, '-o', 'json', '--show', 'all'], { env });
    const { results } = JSON.parse(scan.stdout) as {
      results: { policy: { name: string }; message: string }[];
    };
    const told = results.find(({ policy }) => policy.name === 'reader')?.message;
    expect(told).toContain('"kind":"SecretList"');
    expect(results.find(({ policy }) => policy.name === 'owned')).toMatchObject({ result: 'pass' });
    expect(await world.run(['rbac', '--missing', ...flags], { env })).toMatchObject({ code: 0, stdout: '' });
    // A scan that asks policy servers looks up where they are.
    const asking = await world.run(['rbac', '--missing', '-n', world.namespace], { env });
    expect(asking.stdout).toContain('resources: ["services"]');
  });

  test('doctor starts every policy, and --evaluate asks each', async () => {
    await world.policyServer.stop();
    const { code, rows } = await doctor(engine);
    expect(code).toBe(0);
    expect(rows['modules of "private"']).toMatchObject({ result: 'ok', detail: '1 of 1 start' });
    expect(rows['policies of "private"']).toMatchObject({ result: 'skipped' });
    expect(Object.keys(rows).filter((name) => /policy server|certificate of|client/.test(name))).toEqual([]);
    const asked = await doctor([...engine, '--evaluate']);
    expect(asked.rows['policies of "private"']).toMatchObject({ result: 'ok', detail: '1 of 1 answer' });
  });

  test('doctor finds the module that is not there, and goes on with the others', async () => {
    await world.apply([
      aClusterAdmissionPolicy('lost', { policyServer: 'private', module: 'file:///nowhere/policy.wasm' }),
      aClusterAdmissionPolicy('odd', { ...requiring('owner'), settings: { labels: 7 } }),
      aClusterAdmissionPolicy('orphan', { policyServer: 'nowhere', ...requiring('owner') }),
    ]);
    const { code, rows } = await doctor([...engine, '--evaluate']);
    expect(code).toBe(4);
    expect(rows).toMatchObject({
      'modules of "private"': {
        result: 'fail',
        code: 'AS-4302',
        detail: expect.stringMatching(/^1 of 2 do not start: lost: .*it does not exist/) as string,
      },
      'policies of "private"': { result: 'ok', detail: '1 of 1 answer' },
      'modules of "default"': {
        result: 'fail',
        detail: expect.stringMatching(/^1 of 1 do not start: odd: Policy settings are invalid/) as string,
      },
      'policies of "default"': { result: 'skipped' },
      'modules of "nowhere"': {
        result: 'fail',
        code: 'AS-4303',
        detail: expect.stringContaining('there is no PolicyServer "nowhere"') as string,
        fixes: ['kubectl get policyserver nowhere -o yaml'],
      },
    });
  });

  test('a Secret that may not be read is missing for the scan, for doctor and for rbac', async () => {
    const { user, env } = await anAccount(cluster, world.namespace, 'weak');
    const account = ['--service-account', `${world.namespace}/weak`];
    const flags = [...engine, '-n', world.namespace];
    await grant((await world.run(['rbac', '-n', world.namespace, ...account])).stdout);
    const granting = `audit-scanner rbac --missing --engine embedded --as ${user} | kubectl apply -f -`;

    const scan = await world.run(['scan', ...flags], { env });
    expect(scan.code).toBe(3);
    expect(scan.stderr).toContain('its Secret kubewarden/pull cannot be read: ');
    expect(scan.stderr).toContain(`Try: ${granting}\n`);

    const { code, rows } = await doctor(flags, env);
    expect(code).toBe(4);
    expect(rows).toMatchObject({
      'list permission': {
        result: 'fail',
        detail: '1 of 1 types; missing: get secrets pull in kubewarden',
        fixes: [expect.stringContaining('--engine embedded | kubectl apply -f -') as string],
      },
      'modules of "private"': { result: 'fail', code: 'AS-4303', fixes: [granting] },
    });

    await grant((await world.run(['rbac', '--missing', ...flags], { env })).stdout);
    expect((await world.run(['scan', ...flags], { env })).code).toBe(0);
    expect((await doctor(flags, env)).rows['list permission']).toMatchObject({ result: 'ok' });
  });

  test('what policies were granted to read is needed, too', async () => {
    await world.apply([
      aClusterAdmissionPolicy('reader', { module: reader, ...reads }),
      aConfigMap(world.namespace, 'map'),
    ]);
    const { env } = await anAccount(cluster, world.namespace, 'blind');
    const all = await world.run(['rbac', ...engine, '--service-account', `${world.namespace}/blind`]);
    await grant(all.stdout.replace(', "secrets"', ''));
    expect((await doctor(engine, env)).rows['list permission']).toMatchObject({
      result: 'fail',
      detail: '1 of 1 types, 0 of 1 that policies read; missing: list secrets',
    });
  });

  test('without the right to list the policy servers, rbac says what it does not know', async () => {
    const { env } = await anAccount(cluster, world.namespace, 'nobody');
    const { code, stderr, stdout } = await world.run(['rbac', '--missing', ...engine], { env });
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /listing the policy servers is forbidden, so it is not known which Secrets and ConfigMaps they refer to/,
    );
    expect(stdout).toContain('policyservers');
  });

  test('the engine and the address of a policy server contradict each other', async () => {
    const { code, stderr } = await world.run([
      'doctor',
      ...engine,
      '--policy-server-url',
      'https://localhost:1',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--engine embedded and --policy-server-url contradict each other');
  });
});
