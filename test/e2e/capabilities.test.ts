import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type CapabilityParts, createHostCapabilities } from '../../src/assembly/host-capabilities.ts';
import { type Exchange, formatExchange, parseSession } from '../../src/engine/capabilities/session.ts';
import { createKubernetesClient } from '../../src/kubernetes/client.ts';
import { connectToCluster } from '../../src/kubernetes/connection.ts';
import { createKubernetesObjectReader } from '../../src/sources/kubernetes/object-reader.ts';
import { relay } from '../fixtures/wasm/modules.ts';
import { single, startEngine } from '../integration/engine/engine.ts';
import { aConfigMap, aNamespace, aPod } from '../support/cluster/objects.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

/* What policies read of a live cluster, through real modules and a real API server. */

describeOnCluster('a policy that asks the cluster', () => {
  const cluster = sharedCluster();
  let namespace: string;
  let count = 0;

  beforeEach(async () => {
    count += 1;
    namespace = `capabilities-${process.pid}-${count}`;
    await cluster.apply([aNamespace(namespace, { team: 'web' })]);
  });
  afterEach(() => cluster.request('DELETE', `/api/v1/namespaces/${namespace}`));

  const granted = ['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Nothing'].map((kind) => ({
    apiVersion: 'v1',
    kind,
  }));

  /** A scan's worth of engine: each operation is a policy that asks this, and the answers are what it was told. */
  async function startScan(kubeconfigPath = cluster.kubeconfigPath, session?: CapabilityParts['session']) {
    const connection = await connectToCluster({ kubeconfigPath, context: undefined, env: {}, homeDir: '' });
    const client = createKubernetesClient(connection, {
      requestTimeoutMs: 60_000,
      userAgent: 'capabilities',
      random: Math.random,
      now: () => performance.now(),
    });
    onTestFinished(() => client.close());
    const capabilities = createHostCapabilities({
      objects: createKubernetesObjectReader(client, 2),
      offline: false,
      session,
      findImageRegistry: () => undefined,
      now: () => new Date(),
    });
    return async (operation: string, ...payloads: readonly object[]): Promise<readonly string[]> => {
      const programs = payloads.map((payload, index) => {
        const call = { namespace: 'kubernetes', operation, payload: JSON.stringify(payload) };
        const rights = { hostCapabilities: ['kubernetes/*'], contextAwareResources: granted };
        return [`p${index}`, single(relay(call), rights)] as const;
      });
      const engine = await startEngine(Object.fromEntries(programs), { ...capabilities, timeoutMs: 60_000 });
      const answers = await Promise.all(programs.map(([name]) => engine.ask(name)));
      return answers.map((answer) =>
        (answer as { status: { message: string } }).status.message.replace(
          'internal server error: Guest call failure: ',
          '',
        ),
      );
    };
  }

  function itemsOf(list = ''): { metadata: { name: string }; data?: object }[] {
    return (JSON.parse(list) as { items: { metadata: { name: string } }[] }).items;
  }

  const names = (list: string | undefined): readonly string[] =>
    itemsOf(list).map(({ metadata: { name } }) => name);

  test('lists what is there page by page, once for all questions', async () => {
    await cluster.apply(['a', 'b', 'c', 'd', 'e'].map((name) => aConfigMap(namespace, name, { name })));
    const ask = await startScan();
    await cluster.auditLog.reset();
    const configMaps = { api_version: 'v1', kind: 'ConfigMap', namespace };
    const [all, some, pruned] = await ask(
      'list_resources_by_namespace',
      configMaps,
      { ...configMaps, field_selector: 'metadata.name!=a,metadata.name!=kube-root-ca.crt' },
      { ...configMaps, field_selector: 'metadata.name=b', field_masks: ['data.nothing'] },
    );
    expect(names(all).filter((name) => name !== 'kube-root-ca.crt')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(names(some)).toEqual(['b', 'c', 'd', 'e']);
    expect(itemsOf(some)[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { name: 'b' } });
    expect(itemsOf(pruned)[0]?.data).toEqual({});
    expect(all).not.toContain('managedFields');
    expect(all).not.toContain('last-applied-configuration');
    const [found] = await ask('get_resource', { ...configMaps, name: 'c', disable_cache: true });
    expect(JSON.parse(found ?? '')).toMatchObject({ kind: 'ConfigMap', data: { name: 'c' } });
    const requests = await cluster.auditLog.requests();
    const lists = requests.filter(({ userAgent }) => userAgent === 'capabilities');
    const pages = lists.filter(({ resource }) => resource === 'configmaps');
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(new Set(pages.map(({ verb }) => verb))).toEqual(new Set(['list']));
  });

  test('selects by labels here, and by fields that only the API server knows there', async () => {
    await cluster.apply([aPod(namespace, 'one'), aPod(namespace, 'two', { labels: { app: 'two' } })]);
    const ask = await startScan();
    const pods = { api_version: 'v1', kind: 'Pod', namespace };
    const [labelled, pending, running, unknown] = await ask(
      'list_resources_by_namespace',
      { ...pods, label_selector: 'app in (two)' },
      { ...pods, field_selector: 'status.phase=Pending' },
      { ...pods, field_selector: 'status.phase=Running' },
      { ...pods, field_selector: 'spec.nothing=x' },
    );
    expect(names(labelled)).toEqual(['two']);
    expect(names(pending)).toEqual(['one', 'two']);
    expect(names(running)).toEqual([]);
    expect(unknown).toMatch(
      /^host error: Callback evaluation failure: cannot list pods: .* 400 .*field label not supported: spec\.nothing/,
    );
  });

  test('finds namespaces, and says what it does not find', async () => {
    const ask = await startScan();
    const get = { api_version: 'v1', kind: 'Namespace', disable_cache: false };
    const [found, missing, noType, noNamespace] = await ask(
      'get_resource',
      { ...get, name: namespace },
      { ...get, name: 'nowhere' },
      { ...get, kind: 'Nothing', name: 'x' },
      { ...get, kind: 'Pod', name: 'x' },
    );
    expect(JSON.parse(found ?? '')).toMatchObject({ metadata: { labels: { team: 'web' } } });
    const failure = 'host error: Callback evaluation failure:';
    expect(missing).toBe(`${failure} Cannot find v1/Namespace named 'nowhere' inside of namespace 'None'`);
    expect(noType).toBe(`${failure} Cannot find resource v1/Nothing`);
    expect(noNamespace).toBe(`${failure} Resource v1/Pod is namespaced, but no namespace was provided`);
  });

  test('is refused what the scanner may not list, instead of nothing', async () => {
    const token = await cluster.createServiceAccountToken(namespace, 'blind');
    const ask = await startScan(await cluster.kubeconfigFor({ name: 'blind', token }));
    const secrets = { api_version: 'v1', kind: 'Secret' };
    const told = await ask('list_resources_all', secrets, { ...secrets, label_selector: 'a=b' });
    for (const text of told)
      expect(text).toBe(
        `host error: Callback evaluation failure: "system:serviceaccount:${namespace}:blind" is not allowed to list secrets`,
      );
    const review = { user: 'ann', resource_attributes: { verb: 'list', resource: 'secrets' } };
    const [denied] = await ask('can_i', { subject_access_review: review, disable_cache: false });
    expect(denied).toMatch(
      /^host error: Callback evaluation failure: the Kubernetes API answered 403 to POST /,
    );
  });

  test('gets the same answers from the recording, without the cluster', async () => {
    await cluster.apply([aConfigMap(namespace, 'a', { name: "it's" })]);
    const recorded: string[] = [];
    const record = (exchange: Exchange): void => {
      recorded.push(formatExchange(exchange));
    };
    const ask = await startScan(cluster.kubeconfigPath, { record, replay: undefined });
    const get = { api_version: 'v1', kind: 'ConfigMap', namespace, disable_cache: true };
    const questions = [
      { ...get, name: 'a' },
      { ...get, name: 'missing' },
      { ...get, name: 'a', field_masks: ['data.name'] },
    ];
    const before = await ask('get_resource', ...questions);
    expect(before[0]).toContain(`"data":{"name":"it's"}`);
    expect(before[1]).toMatch(/^host error: .*Cannot find v1\/ConfigMap named 'missing'/);
    const replay = { exchanges: parseSession(recorded.join('')), name: 'session.yml' };
    const askAgain = await startScan(cluster.kubeconfigPath, { record: undefined, replay });
    await cluster.request('DELETE', `/api/v1/namespaces/${namespace}/configmaps/a`);
    expect(await askAgain('get_resource', ...questions)).toEqual(before);
    const [unknown] = await askAgain('get_resource', { ...get, name: 'b' });
    expect(unknown).toMatch(
      /Replay error: unexpected request: session\.yml has no answer to KubernetesGetResource /,
    );
  });

  test('sees what the scanner may see, if that is one namespace', async () => {
    const token = await cluster.createServiceAccountToken(namespace, 'local');
    const user = `system:serviceaccount:${namespace}:local`;
    await cluster.apply([
      aConfigMap(namespace, 'a', { name: 'a' }),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'local', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
      },
    ]);
    const ask = await startScan(await cluster.kubeconfigFor({ name: 'local', token }));
    const configMaps = { api_version: 'v1', kind: 'ConfigMap', disable_cache: false };
    const [here, elsewhere] = await ask(
      'list_resources_by_namespace',
      { ...configMaps, namespace },
      { ...configMaps, namespace: 'default' },
    );
    expect(names(here)).toContain('a');
    expect(elsewhere).toBe(
      `host error: Callback evaluation failure: "${user}" is not allowed to list configmaps in namespace "default"`,
    );
    const [found, missing, own, other] = await ask(
      'get_resource',
      { ...configMaps, namespace, name: 'a' },
      { ...configMaps, namespace, name: 'b' },
      { ...configMaps, kind: 'Namespace', name: namespace },
      { ...configMaps, kind: 'Namespace', name: 'default' },
    );
    expect(JSON.parse(found ?? '')).toMatchObject({ kind: 'ConfigMap', data: { name: 'a' } });
    expect(found).not.toContain('managedFields');
    expect(missing).toMatch(/Cannot find v1\/ConfigMap named 'b' inside of namespace/);
    expect(JSON.parse(own ?? '')).toMatchObject({ kind: 'Namespace', metadata: { name: namespace } });
    expect(other).toMatch(/the Kubernetes API answered 403 to GET \/api\/v1\/namespaces\/default/);
  });

  test('asks who may do what', async () => {
    const ask = await startScan();
    const may = (user: string, groups?: readonly string[]) => ({
      subject_access_review: {
        user,
        groups,
        resource_attributes: { verb: 'list', resource: 'secrets', namespace, group: null },
      },
      disable_cache: user === 'admin',
    });
    const [anybody, master] = await ask('can_i', may('ann'), may('ann', ['system:masters']));
    expect(JSON.parse(anybody ?? '')).toEqual({ allowed: false });
    expect(JSON.parse(master ?? '')).toMatchObject({ allowed: true });
  });
});
