import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { relay } from '../fixtures/wasm/modules.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAccount } from '../support/cluster/grants.ts';
import { aConfigMap, aNamespace } from '../support/cluster/objects.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { runInProcess } from '../support/in-process.ts';

const root = join(import.meta.dirname, '../..');

/* A scan of files that asks the cluster of the kubeconfig what the files leave open. */
describeOnCluster('scan PATH --facts cluster', () => {
  const cluster = sharedCluster();
  const namespace = `facts-${randomBytes(4).toString('hex')}`;
  /** It is made without labels, so it is another one. */
  const accounts = `${namespace}-accounts`;
  let folder: string;
  let definitions: ApiObject[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'facts-'));
    const module = pathToFileURL(join(root, 'examples/modules/required-labels.wasm')).href;
    for (const name of ['namespace-labels', 'unknown-type'])
      for (const file of ['input.yaml', 'policies.yaml']) {
        const text = await readFile(join(root, 'test/fixtures/cases', name, file), 'utf8');
        const own = text.replaceAll('MODULE', module).replaceAll('namespace: x', `namespace: ${namespace}`);
        await writeFile(join(folder, `${name}-${file}`), own);
      }
    const crds = await readFile(join(root, 'test/fixtures/cases/unknown-type/crds.yaml'), 'utf8');
    definitions = parseAllDocuments(crds).map((document) => document.toJS() as ApiObject);
    await cluster.apply([...definitions, aNamespace(namespace, { env: 'prod' }), aNamespace(accounts)]);
    await cluster.apply([aConfigMap(namespace, 'prices', { unit: 'kg' })]);
  });

  afterAll(async () => {
    for (const { metadata } of definitions)
      await cluster.request(
        'DELETE',
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`,
      );
    for (const name of [namespace, accounts]) await cluster.request('DELETE', `/api/v1/namespaces/${name}`);
    await rm(folder, { recursive: true });
  });

  function scan(name: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
    const paths = [join(folder, `${name}-input.yaml`), '--policies', join(folder, `${name}-policies.yaml`)];
    return runInProcess(['scan', ...paths, ...args], {
      env: { KUBECONFIG: cluster.kubeconfigPath, ...env },
    });
  }

  test('knows the labels of its Namespaces', async () => {
    expect((await scan('namespace-labels', [])).code).toBe(3);
    const { code, stdout, stderr } = await scan('namespace-labels', ['--facts', 'cluster']);
    expect(stdout).toMatch(/fail\s+prod-only\s+the label team must be set/);
    expect(stderr).toMatch(/with the policies of .*, and facts of context /);
    expect(code).toBe(1);
  });

  test('knows its types', async () => {
    const { code, stdout } = await scan('unknown-type', ['--facts', 'cluster']);
    expect(stdout.match(/fail\s+team\s+the label team must be set/g)).toHaveLength(2);
    expect(code).toBe(1);
  });

  test('lets policies read its objects where the input has no other', async () => {
    const call = {
      namespace: 'kubernetes',
      operation: 'get_resource',
      payload: `{"api_version":"v1","kind":"ConfigMap","name":"prices","namespace":"${namespace}","disable_cache":false}`,
    };
    await writeFile(join(folder, 'asks.wasm'), relay(call));
    await writeFile(
      join(folder, 'asks-policies.yaml'),
      `apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {name: asks}\nspec:\n  module: file://asks.wasm\n  contextAwareResources: [{apiVersion: v1, kind: ConfigMap}]\n  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]\n`,
    );
    const pod = `{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: ${namespace}}}`;
    await writeFile(join(folder, 'asks-input.yaml'), pod);
    const session = join(folder, 'session.yml');
    // An error of a policy does not repeat what it was told, the session does.
    const told = async (...args: string[]): Promise<string> => {
      await rm(session, { force: true });
      await scan('asks', ['--record-host-capabilities-interactions', session, ...args]);
      return readFile(session, 'utf8');
    };
    expect(await told()).toMatch(/Cannot find v1\/ConfigMap named '+prices'+/);
    expect(await told('--facts', 'cluster')).toMatch(/unit\W+kg/);
    const own = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prices, namespace: ${namespace}}\ndata: {unit: lb}\n`;
    await writeFile(join(folder, 'prices.yaml'), own);
    expect(await told('--facts', 'cluster', '--facts', join(folder, 'prices.yaml'))).toMatch(/unit\W+lb/);
  });

  test('says what it may not know, and leaves it unknown', async () => {
    const { env } = await anAccount(cluster, accounts, 'stranger');
    const { code, stdout, stderr } = await scan('namespace-labels', ['--facts', 'cluster'], env);
    expect(stderr).toContain('the labels of the namespaces could not be read from the cluster');
    expect(stderr).toContain('AS-3101');
    expect(stdout).toContain('AS-4330');
    expect(code).toBe(3);
  });

  test('does not start where the cluster cannot be asked', async () => {
    const { code, stderr } = await scan('namespace-labels', ['--facts', 'cluster'], {
      KUBECONFIG: join(folder, 'none'),
    });
    expect(stderr).toMatch(/AS-300\d/);
    expect(code).toBe(4);
    const offline = await scan('namespace-labels', ['--facts', 'cluster', '--offline']);
    expect(offline.code).toBe(2);
    expect(offline.stderr).toContain('AS-2003');
  });
});
