import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CertificateAuthority, createCertificateAuthority } from '../support/certificates.ts';
import { type CliResult, runCli } from '../support/cli.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount, grantRoles, parseRoles, revokeRoles } from '../support/cluster/grants.ts';
import { aClusterAdmissionPolicy, anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { type PolicyServerOptions, startPolicyServer } from '../support/policy-server.ts';
import { World } from '../support/world.ts';

type Row = { name: string; result: string; detail: string; code: string | null; fixes: string[] };

function rowsOf({ stdout }: CliResult): Record<string, Row> {
  const { checks } = JSON.parse(stdout) as { checks: Row[] };
  return Object.fromEntries(checks.map((row) => [row.name, row]));
}

function resultsOf(result: CliResult): Record<string, string> {
  return Object.fromEntries(Object.entries(rowsOf(result)).map(([name, row]) => [name, row.result]));
}

const dayMs = 86_400_000;

describeOnCluster('audit-scanner doctor', () => {
  const cluster = sharedCluster();
  let world: World;
  let authority: CertificateAuthority;
  let directory: string;
  let caFile: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'doctor-'));
    authority = await createCertificateAuthority();
    caFile = await aFile('ca.crt', authority.cert);
  });
  afterAll(() => rm(directory, { recursive: true }));
  beforeEach(async () => {
    // It knows every policy but the one that nobody has, as the real one does.
    world = await World.create(cluster);
    world.policyServer.answer = (id) =>
      id === 'audit-scanner-doctor' || id.includes('unloaded') ? undefined : { allowed: true };
  });
  afterEach(() => world.close());

  async function aFile(name: string, content: string): Promise<string> {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  }

  function doctor(argv: readonly string[], kubeconfig = cluster.kubeconfigPath): Promise<CliResult> {
    return world.run(['doctor', ...argv], { env: { KUBECONFIG: kubeconfig } });
  }

  /** A kubeconfig that is like the real one but for a change. */
  async function aKubeconfig(name: string, change: (text: string) => string): Promise<string> {
    return aFile(name, change(await readFile(cluster.kubeconfigPath, 'utf8')));
  }

  async function withServer(
    options: Partial<PolicyServerOptions>,
    use: (flags: string[]) => Promise<void>,
  ): Promise<void> {
    const server = await startPolicyServer({
      certificate: await authority.issueServer(),
      answer: () => undefined,
      ...options,
    });
    try {
      await use(['--policy-server-url', server.url.href, '--extra-ca', caFile, '-o', 'json']);
    } finally {
      await server.close();
    }
  }

  test('finds nothing wrong where a scan works, and writes nothing', async () => {
    await world.apply([
      aClusterAdmissionPolicy('everywhere', { targets: ['v1/pods', 'v1/secrets'] }),
      anAdmissionPolicy('here', { namespace: world.namespace, backgroundAudit: false }),
    ]);
    await cluster.auditLog.reset();
    const { code, stdout, stderr } = await doctor([...world.serverFlags, '--store']);
    expect(stderr).toBe('');
    const lines = stdout.split('\n').map((line) => line.split(/ {3,}/));
    expect(lines.slice(0, 16)).toEqual([
      ['CHECK', 'RESULT', 'DETAIL'],
      ['kubeconfig', 'ok', expect.stringMatching(/\/kubeconfig, context test-cluster \(https.*\) as admin$/)],
      ['API server', 'ok', expect.stringMatching(/^v1\.\d+\.\d+, \d+ ms$/)],
      ['API server certificate', 'ok', expect.stringMatching(/^valid until \d{4}-.*, issued by CN=/)],
      ['credentials', 'ok', 'token'],
      ['API discovery', 'ok', expect.stringMatching(/^\d+ types$/)],
      ['Kubewarden CRDs', 'ok', 'policies.kubewarden.io/v1'],
      ['policies', 'ok', '2 found: 1 audited, 1 not audited (backgroundAudit: false)'],
      ['namespaces', 'ok', expect.stringMatching(/^\d+ to audit$/)],
      ['list permission', 'ok', '2 of 2 types'],
      ['report permission', 'ok', expect.stringContaining('reports.openreports.io')],
      ['report CRDs', 'ok', 'openreports.io/v1alpha1'],
      ['policy server "default"', 'ok', expect.stringMatching(/^https.* answers in \d+ ms$/)],
      ['certificate of "default"', 'ok', expect.stringMatching(/^valid until /)],
      ['policies of "default"', '-', 'not asked: --evaluate asks each about a made-up object'],
      ['client certificate', '-', 'none is given'],
    ]);
    expect(stdout).toMatch(/\n\nReady: [^\n]*\n$/);
    expect(code).toBe(0);
    // Reviews are POST requests that store nothing.
    const requests = Object.keys(await world.apiRequests()).filter(
      (request) => !/^(get|list) /.test(request),
    );
    expect(requests).toEqual(['create selfsubjectaccessreviews.authorization.k8s.io']);
    expect(world.policyServer.recorded.map(({ policyId }) => policyId)).toEqual(['audit-scanner-doctor']);
  });

  test('checks the policies of files as a scan with them would need it', async () => {
    const deployments = { targets: ['apps/v1/deployments'] };
    const good = aClusterAdmissionPolicy('good', { ...deployments, ...requiring('owner') });
    const wrong = aClusterAdmissionPolicy('wrong', {
      ...deployments,
      ...requiring('owner'),
      settings: { labels: 'owner' },
    });
    const gone = aClusterAdmissionPolicy('gone', { ...deployments, module: 'file:///nowhere/gone.wasm' });
    const unknown = aClusterAdmissionPolicy('unknown', {
      targets: ['example.com/v1/unicorns'],
      ...requiring('owner'),
    });
    const rows = async (...policies: ApiObject[]) => {
      const path = await world.writeFile('policies.json', policies);
      const result = await doctor(['--policies', path, '--evaluate', '-o', 'json']);
      return { code: result.code, rows: rowsOf(result) };
    };
    const works = await rows(good);
    expect(works.rows).toMatchObject({
      'Kubewarden CRDs': { result: 'skipped', detail: 'not needed: all policies are of files' },
      policies: { result: 'ok', detail: '1 found: 1 audited' },
      'list permission': { result: 'ok', detail: '1 of 1 types' },
      'modules of files': { result: 'ok', detail: '1 of 1 start' },
      'policies of files': { result: 'ok', detail: '1 of 1 answer' },
    });
    expect(works.code).toBe(0);
    const broken = await rows(good, wrong, gone);
    expect(broken.rows['modules of files']).toMatchObject({
      result: 'fail',
      detail: expect.stringMatching(/^2 of 3 do not start: (?:gone, wrong|wrong, gone): /) as string,
    });
    expect(broken.code).toBe(4);
    const nothing = await rows(unknown);
    expect(nothing.rows['policies']).toMatchObject({ result: 'fail', code: 'AS-2012' });
    expect(nothing.code).toBe(4);
    const { env } = await anAccount(cluster, world.namespace, 'weak');
    const path = await world.writeFile('policies.json', [good]);
    const weak = await doctor(['--policies', path, '-o', 'json'], env.KUBECONFIG);
    expect(rowsOf(weak)['list permission']?.fixes).toEqual([
      `audit-scanner rbac --missing --engine embedded --policies ${path} | kubectl apply -f -`,
    ]);
  });

  test('names the type that may not be listed, with what grants it, and what may not be stored', async () => {
    await world.apply([aClusterAdmissionPolicy('both', { targets: ['v1/pods', 'v1/secrets'] })]);
    const { namespace } = world;
    const { user, env } = await anAccount(cluster, namespace, 'weak');
    const kubeconfig = env.KUBECONFIG;

    const nothing = await doctor([...world.serverFlags, '-o', 'json'], kubeconfig);
    expect(nothing.code).toBe(4);
    expect(rowsOf(nothing)).toMatchObject({
      credentials: { result: 'ok', detail: expect.stringMatching(/^token until /) as string },
      policies: {
        result: 'fail',
        code: 'AS-3101',
        fixes: [`audit-scanner rbac --missing --as ${user} | kubectl apply -f -`],
      },
      'list permission': { result: 'fail' },
    });

    const { stdout } = await world.run(['rbac', '--service-account', `${namespace}/weak`]);
    const roles = parseRoles(stdout.replace('"pods", "secrets"', '"pods"'));
    await grantRoles(cluster, roles);
    const some = await doctor([...world.serverFlags, '-o', 'json', '--store'], kubeconfig);
    expect(some.code).toBe(4);
    expect(rowsOf(some)).toMatchObject({
      policies: { result: 'ok' },
      'list permission': {
        result: 'fail',
        detail: '1 of 2 types; missing: list secrets',
        fixes: [expect.stringMatching(/^audit-scanner rbac --missing .*\| kubectl apply -f -$/)],
      },
      'report permission': { result: 'fail', code: 'AS-3121' },
    });
    await revokeRoles(cluster, roles);
  });

  test('says which policies are broken, and that there must be some', async () => {
    const empty = await doctor([...world.serverFlags, '-o', 'json']);
    expect(rowsOf(empty)['policies']).toMatchObject({ result: 'fail', code: 'AS-2012' });
    await world.apply([
      aClusterAdmissionPolicy('odd', {
        objectSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] },
      }),
    ]);
    const broken = await doctor([...world.serverFlags, '-o', 'json']);
    expect(rowsOf(broken)['policies']).toMatchObject({
      result: 'fail',
      code: 'AS-4301',
      detail: '1 found: 0 audited, 1 broken: ClusterAdmissionPolicy/odd',
      fixes: ['audit-scanner policies'],
    });
  });

  test.each([
    ['a server where nobody listens', /https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:1', 'AS-3006', 2],
    [
      'a name that does not resolve',
      /https:\/\/127\.0\.0\.1:\d+/,
      'https://nowhere.invalid:6443',
      'AS-3006',
      3,
    ],
    ['a token that is not accepted', 'admin-token', 'wrong-token', 'AS-3008', 3],
    ['no authority for the API server', /"certificate-authority-data":[^}]*/, '', 'AS-3007', 2],
  ])('%s keeps the rest from being checked', async (_, from, to, code, fixes) => {
    const kubeconfig = await aKubeconfig('broken', (text) =>
      text.replace(from, to).replace(/,(\s*})/g, '$1'),
    );
    const result = await doctor(['-o', 'json'], kubeconfig);
    expect(result).toMatchObject({ code: 4, stderr: '' });
    const rows = rowsOf(result);
    expect(rows['API server']).toMatchObject({ result: 'fail', code });
    expect(rows['API server']?.fixes).toHaveLength(fixes);
    expect(rows['policies']?.result).toBe('skipped');
  });

  test('a user without credentials is distinguished from one who is refused', async () => {
    const stranger = await aKubeconfig('stranger', (text) => text.replace(/"token":\s*"[^"]*"/, ''));
    const result = await doctor(['-o', 'json'], stranger);
    expect(result.code).toBe(4);
    expect(rowsOf(result)['API discovery']).toMatchObject({
      result: 'fail',
      code: 'AS-3140',
      fixes: [
        'log in again with the tool that wrote the kubeconfig',
        'kubectl auth whoami --context test-cluster',
        'kubectl config view --minify --context test-cluster',
      ],
    });
    const scan = await runCli(['scan', '--kubeconfig', stranger]);
    expect([scan.code, scan.stdout]).toEqual([4, '']);
    expect(scan.stderr).toContain('has no credentials for its user "admin"');
    expect(scan.stderr).toContain('[AS-3140]');
  });

  test('a kubeconfig that cannot be used is a check, too', async () => {
    const missing = await doctor(['-o', 'json'], '/nonexistent');
    expect([missing.code, rowsOf(missing)['kubeconfig']]).toMatchObject([4, { code: 'AS-3002' }]);
    const context = await doctor(['--context', 'test-clustr', '-o', 'json']);
    expect(rowsOf(context)['kubeconfig']).toMatchObject({
      code: 'AS-3003',
      fixes: ['audit-scanner doctor --context test-cluster'],
    });
  });

  test('the kinds of reports are missing', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/reports.openreports.io';
    const definition = await cluster.request('GET', path);
    await cluster.request('DELETE', path);
    try {
      await expect
        .poll(
          async () => rowsOf(await doctor([...world.serverFlags, '--store', '-o', 'json']))['report CRDs'],
          {
            timeout: 60_000,
          },
        )
        .toMatchObject({
          result: 'fail',
          code: 'AS-3102',
          fixes: [
            'audit-scanner doctor --store --report-kind policyreport',
            'kubectl get crd reports.openreports.io',
          ],
        });
      const other = await doctor([
        ...world.serverFlags,
        '--store',
        '--report-kind',
        'policyreport',
        '-o',
        'json',
      ]);
      expect(rowsOf(other)['report CRDs']?.result).toBe('ok');
    } finally {
      const { name } = definition.metadata;
      await cluster.apply([{ ...definition, metadata: { name } }]);
      await expect
        .poll(
          () =>
            cluster.request('GET', '/apis/openreports.io/v1alpha1/reports').then(
              () => true,
              () => false,
            ),
          { timeout: 60_000 },
        )
        .toBe(true);
    }
  });

  test('policy servers whose address is not known, or means nothing here', async () => {
    await world.apply([
      aClusterAdmissionPolicy('lost', { policyServer: 'nowhere' }),
      aClusterAdmissionPolicy('inside'),
    ]);
    const result = await doctor(['-o', 'json']);
    expect(result.code).toBe(4);
    expect(rowsOf(result)).toMatchObject({
      'policy server "nowhere"': {
        result: 'fail',
        code: 'AS-4102',
        fixes: ['kubectl get policyserver nowhere'],
      },
      'policy server "default"': {
        result: 'fail',
        code: 'AS-4101',
        fixes: [
          'audit-scanner doctor --engine embedded',
          expect.stringMatching(
            /^kubectl -n kubewarden port-forward svc\/policy-server-default 3000:443 & .*> ca\.crt$/,
          ) as string,
          'audit-scanner doctor --policy-server-url https://localhost:3000 --extra-ca ca.crt',
        ],
      },
      'certificate of "default"': { result: 'skipped' },
    });
  });

  test('a policy server that refuses connections', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    await world.policyServer.stop();
    const rows = rowsOf(await doctor([...world.serverFlags, '-o', 'json']));
    expect(rows['policy server "default"']).toMatchObject({
      result: 'fail',
      code: 'AS-4101',
      detail: expect.stringContaining('the connection was refused') as string,
    });
  });

  test('certificates of policy servers: expired, ending, of a stranger, of another name', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    const certificateOf = async (options: Partial<PolicyServerOptions>): Promise<Row | undefined> => {
      let row: Row | undefined;
      await withServer(options, async (flags) => {
        row = rowsOf(await doctor(flags))['certificate of "default"'];
      });
      return row;
    };
    const valid = (days: number) => authority.issueServer({ notAfter: new Date(Date.now() + days * dayMs) });
    expect(await certificateOf({ certificate: await valid(-3) })).toMatchObject({
      result: 'fail',
      code: 'AS-4111',
      detail: expect.stringMatching(/it expired on \d{4}-\d\d-\d\d/) as string,
    });
    expect(await certificateOf({ certificate: await valid(10.5) })).toMatchObject({
      result: 'warn',
      code: 'AS-4114',
      detail: expect.stringMatching(/, 10 more days, issued by CN=test-ca$/) as string,
    });
    const stranger = await createCertificateAuthority('stranger');
    expect(await certificateOf({ certificate: await stranger.issueServer() })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('its authority is not known') as string,
    });
    const certificate = await authority.issueServer({ dns: ['elsewhere.example.com'] });
    expect(await certificateOf({ certificate })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('elsewhere.example.com') as string,
    });
  });

  test('the client certificate: wanted, ending, expired', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    const given = async (days: number): Promise<string[]> => {
      const { cert, key } = await authority.issueClient('scanner', {
        notAfter: new Date(Date.now() + days * dayMs),
      });
      const flags = [
        '--client-cert',
        await aFile('tls.crt', cert),
        '--client-key',
        await aFile('tls.key', key),
      ];
      return flags;
    };
    await withServer({ clientCa: authority.cert }, async (flags) => {
      const wanted = await doctor(flags);
      expect(rowsOf(wanted)['client certificate']).toMatchObject({ result: 'fail', code: 'AS-4113' });
      expect(wanted.code).toBe(4);
      const ending = await doctor([...flags, ...(await given(10.5))]);
      expect(rowsOf(ending)['client certificate']).toMatchObject({ result: 'warn', code: 'AS-1002' });
      expect(ending.code).toBe(0);
      const expired = await doctor([...flags, ...(await given(-2))]);
      expect(rowsOf(expired)['client certificate']).toMatchObject({ result: 'fail', code: 'AS-1002' });
    });
  });

  test('--evaluate asks every policy, and finds those that the server does not know', async () => {
    await world.apply([
      aClusterAdmissionPolicy('loaded'),
      aClusterAdmissionPolicy('unloaded', { policyServer: 'other' }),
    ]);
    const result = await doctor([...world.serverFlags, '--evaluate', '-o', 'json']);
    const rows = Object.values(rowsOf(result)).filter(({ name }) => name.startsWith('policies of'));
    expect(rows).toMatchObject([
      {
        result: 'fail',
        code: 'AS-4203',
        detail: expect.stringMatching(/^1 of 2 do not answer: unloaded: /) as string,
      },
    ]);
    expect(world.policyServer.recorded.map(({ policyId }) => policyId).sort()).toEqual([
      'audit-scanner-doctor',
      'clusterwide-loaded',
      'clusterwide-unloaded',
    ]);
  });

  test('--evaluate is not ready where a scan is incomplete for settings that are not valid', async () => {
    world.policyServer.answer = world.policyServer.engineAnswer;
    await world.apply([
      aClusterAdmissionPolicy('fine', requiring('owner')),
      aClusterAdmissionPolicy('broken', { ...requiring('owner'), settings: { labels: 'owner' } }),
      aPod(world.namespace, 'web', {}),
    ]);
    const { code, stdout, stderr } = await doctor([...world.serverFlags, '--evaluate', '-o', 'json']);
    expect(rowsOf({ code, stdout, stderr })['policies of "default"']).toMatchObject({
      result: 'fail',
      code: 'AS-4402',
      detail: expect.stringMatching(/^1 of 2 do not answer: broken: Policy settings are invalid/) as string,
    });
    expect(code).toBe(4);
    const count = (policies: readonly { state: string }[]): string =>
      policies.map(({ state }) => state).join();
    const scans = [
      await world.scan(['-n', world.namespace, '-o', 'json']),
      await world.run(['scan', '--engine', 'embedded', '-n', world.namespace, '-o', 'json']),
    ];
    for (const scan of scans) {
      const { policies } = JSON.parse(scan.stdout) as { policies: { name: string; state: string }[] };
      expect(count(policies)).toBe('errored,audited');
      expect(scan.code).toBe(1);
    }
  });

  test('something that answers to anything is not taken for a policy server in silence', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    await withServer({ answer: () => ({ allowed: true }) }, async (flags) => {
      expect(resultsOf(await doctor(flags))['policy server "default"']).toBe('warn');
    });
  });

  test('a web server that answers 404 to everything is not taken for a policy server', async () => {
    await world.apply([aClusterAdmissionPolicy('any')]);
    const headers = { 'content-type': 'application/json' };
    for (const body of ['<h1>Not Found</h1>', '{"kind":"Status","status":"Failure","message":"not found"}']) {
      await withServer({ answer: () => ({ status: 404, headers, body }) }, async (flags) => {
        const { code, stdout, stderr } = await doctor(flags);
        expect(rowsOf({ code, stdout, stderr })['policy server "default"']).toMatchObject({
          result: 'fail',
          code: 'AS-4204',
          detail: expect.stringContaining('Something else may answer at this address') as string,
        });
        expect(code).toBe(4);
      });
    }
  });

  test('without permission for access reviews, doctor tries the requests, and says what it cannot try', async () => {
    const name = `no-reviews-${world.namespace}`;
    const api = 'rbac.authorization.k8s.io';
    const reading = [
      { nonResourceURLs: ['*'], verbs: ['get'] },
      { apiGroups: [''], resources: ['namespaces', 'pods', 'services'], verbs: ['list'] },
      { apiGroups: ['policies.kubewarden.io'], resources: ['*'], verbs: ['list'] },
    ];
    await cluster.apply([
      { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata: { name }, rules: reading },
      {
        apiVersion: `${api}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: api, kind: 'ClusterRole', name },
        subjects: [{ apiGroup: api, kind: 'User', name }],
      },
    ]);
    try {
      await world.apply([aClusterAdmissionPolicy('both', { targets: ['v1/pods', 'v1/secrets'] })]);
      // Only who is authenticated may send reviews, and this group keeps the API server from adding that one.
      const strange = ['--as', name, '--as-group', 'system:unauthenticated', '-o', 'json'];
      const ask = () => doctor([...world.serverFlags, '--store', ...strange]);
      // The API server takes a moment to act on a role.
      const patience = { timeout: 30_000 };
      await cluster.auditLog.reset();
      await expect
        .poll(async () => rowsOf(await ask()), patience)
        .toMatchObject({
          'API server': { result: 'ok' },
          policies: { result: 'ok' },
          'list permission': { result: 'fail', detail: '1 of 2 types; missing: list secrets' },
          'report permission': {
            result: 'fail',
            detail: expect.stringMatching(/^missing: list /) as string,
          },
        });
      const requests = Object.keys(await world.apiRequests());
      expect(requests.filter((request) => !/^(get|list) /.test(request))).toEqual([
        'create selfsubjectaccessreviews.authorization.k8s.io',
      ]);
      await cluster.request('PATCH', `/apis/${api}/v1/clusterroles/${name}`, {
        rules: [...reading, { apiGroups: ['*'], resources: ['*'], verbs: ['list'] }],
      });
      await expect
        .poll(async () => rowsOf(await ask()), patience)
        .toMatchObject({
          'list permission': { result: 'ok' },
          'report permission': {
            result: 'warn',
            detail: expect.stringMatching(/^nobody says whether this is allowed: get /) as string,
          },
        });
    } finally {
      for (const kind of ['clusterroles', 'clusterrolebindings'])
        await cluster.request('DELETE', `/apis/${api}/v1/${kind}/${name}`);
    }
  });

  test('a flag that names no file is wrong usage', async () => {
    const { code, stdout, stderr } = await doctor(['--extra-ca', '/nonexistent.crt']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('[AS-2006]');
  });
});
