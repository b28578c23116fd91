import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { readMetadata } from '../../../../src/engine/module/metadata.ts';
import { createFilePolicySource } from '../../../../src/sources/manifests/policies.ts';
import { aModule } from '../../../support/modules.ts';

const { signal } = new AbortController();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policies-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function listPolicies(files: Readonly<Record<string, string | Uint8Array>>, paths = ['.'], stdin = '') {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return createFilePolicySource({
    paths: paths.map((path) => (path === '-' ? path : join(folder, path))),
    readStdin: () => Promise.resolve(stdin),
    defaultNamespace: 'team',
    readMetadata,
    loadModule: (url) => {
      const name = decodeURIComponent(url.replace(`${pathToFileURL(folder).href}/`, ''));
      const content = files[name];
      if (content instanceof Uint8Array) return Promise.resolve(content);
      return Promise.reject(new AuditError(errorCodes.moduleUnavailable, `no ${url}`));
    },
  }).list(signal);
}

function customResource(kind: string, spec: string, metadata = 'name: p'): string {
  return `apiVersion: policies.kubewarden.io/v1\nkind: ${kind}\nmetadata: {${metadata}}\nspec: ${spec}\n`;
}

describe('policies of stdin', () => {
  it('stand beside those of files', async () => {
    const spec = '{module: "registry://ghcr.io/a/b:v1"}';
    const files = { 'p.yaml': customResource('ClusterAdmissionPolicy', spec) };
    const piped = customResource('ClusterAdmissionPolicy', spec, 'name: piped');
    const { policies, broken } = await listPolicies(files, ['p.yaml', '-'], piped);
    expect([policies.map(({ name }) => name), broken]).toEqual([['p', 'piped'], []]);
  });

  it('are missed where there are none', async () => {
    await expect(
      listPolicies({}, ['-'], 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n'),
    ).rejects.toMatchObject({
      code: errorCodes.noPolicies,
      message: '--policies -: there is no Kubewarden policy in it',
    });
  });
});

describe('a folder of policies', () => {
  const named = (name: string) =>
    customResource('ClusterAdmissionPolicy', '{module: x, rules: []}', `name: ${name}`);

  it('has those in hidden files and folders, and behind links', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere/linked.yaml'), named('linked'));
    await mkdir(join(folder, 'all'));
    await symlink('../elsewhere', join(folder, 'all/link'));
    const { policies, broken } = await listPolicies(
      { 'all/.hidden.yaml': named('hidden'), 'all/.folder/p.yaml': named('inside') },
      ['all'],
    );
    expect(broken).toEqual([]);
    expect(policies.map(({ name }) => name).sort()).toEqual(['hidden', 'inside', 'linked']);
  });

  it('has each once, as a mounted ConfigMap has it and in a circle of links', async () => {
    await mkdir(join(folder, '..2026_11_28'), { recursive: true });
    await writeFile(join(folder, '..2026_11_28/p.yaml'), named('mounted'));
    await symlink('..2026_11_28', join(folder, '..data'));
    await symlink('..data/p.yaml', join(folder, 'p.yaml'));
    await symlink('.', join(folder, 'circle'));
    const { policies, broken } = await listPolicies({});
    expect([policies.map(({ name }) => name), broken]).toEqual([['mounted'], []]);
  });

  it('says which link leads nowhere', async () => {
    await symlink('nowhere', join(folder, 'gone'));
    const { policies, broken } = await listPolicies({ 'p.yaml': named('there') });
    expect(policies.map(({ name }) => name)).toEqual(['there']);
    expect(broken).toMatchObject([{ name: join(folder, 'gone'), error: { code: 'AS-2006' } }]);
  });
});

describe('a path without a policy', () => {
  const kyverno = 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: k}\n';
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n';

  it.each([
    [
      { 'a.yaml': `${kyverno}---\n${pod}---\n${pod}` },
      'It holds kyverno.io/v1 ClusterPolicy, which is for Kyverno, v1 Pod (2 times).',
    ],
    [{ 'a.yaml': '# nothing\n' }, 'It holds no Kubernetes objects.'],
    [{ 'a.yaml': 'image: {tag: 1}\n' }, 'It holds no Kubernetes objects.'],
    [{ 'README.md': 'x' }, 'It holds no .yaml, .yml, .json or .wasm file.'],
  ])('is refused with what is there: %j', async (files, fact) => {
    await expect(listPolicies(files)).rejects.toMatchObject({
      code: errorCodes.noPolicies,
      message: `--policies ${folder}: there is no Kubewarden policy in it`,
      facts: [fact],
    });
  });

  it('is refused beside one that has some, and named', async () => {
    const spec = '{module: x, rules: []}';
    const files = { 'a/p.yaml': customResource('ClusterAdmissionPolicy', spec), 'b/k.yaml': kyverno };
    await expect(listPolicies(files, ['a', 'b'])).rejects.toMatchObject({
      message: `--policies ${join(folder, 'b')}: there is no Kubewarden policy in it`,
    });
  });
});

describe('patterns', () => {
  const files = {
    'a/one.yaml': customResource('ClusterAdmissionPolicy', '{module: "file:///m.wasm"}', 'name: one'),
    'a/b/two.yml': customResource('ClusterAdmissionPolicy', '{module: "file:///m.wasm"}', 'name: two'),
    'c/three.yaml': customResource('ClusterAdmissionPolicy', '{module: "file:///m.wasm"}', 'name: three'),
  };

  it.each([
    ['a/*.yaml', ['one']],
    ['*/*.yaml', ['one', 'three']],
    ['a/**', ['two', 'one']],
    ['{a/b,c}', ['two', 'three']],
  ])('%s', async (pattern, names) => {
    const { policies, broken } = await listPolicies(files, [pattern]);
    expect(broken).toEqual([]);
    expect(policies.map(({ name }) => name)).toEqual(names);
  });

  it('that fit nothing are a mistake', async () => {
    await expect(listPolicies(files, ['x*/*.yaml'])).rejects.toMatchObject({
      code: errorCodes.fileUnreadable,
      message: expect.stringMatching(/^no file matches the pattern /) as string,
    });
  });
});

describe('custom resources', () => {
  it('of all four kinds count as active, in the order of the port', async () => {
    const { policies, broken } = await listPolicies({
      'a.yaml': [
        customResource('AdmissionPolicyGroup', '{policies: {}, expression: "true"}'),
        customResource('AdmissionPolicy', '{module: "file:///m.wasm"}', 'name: p, namespace: shop'),
        customResource('ClusterAdmissionPolicyGroup', '{policies: {}}'),
        customResource('ClusterAdmissionPolicy', '{module: "file:///m.wasm"}'),
      ].join('---\n'),
    });
    expect(broken).toEqual([]);
    expect(policies.map(({ uniqueName, status }) => [uniqueName, status])).toEqual([
      ['clusterwide-p', 'active'],
      ['clusterwide-group-p', 'active'],
      ['namespaced-shop-p', 'active'],
      ['namespaced-group-team-p', 'active'],
    ]);
    expect(new Set(policies.map(({ uid }) => uid)).size).toBe(4);
  });

  it('name modules relative to their own file', async () => {
    const spec =
      '{module: "file://../m/x.wasm", settings: {count: 9007199254740993}, timeoutEvalSeconds: 3, message: "no"}';
    const { policies } = await listPolicies({
      'deep/a.yaml': customResource('ClusterAdmissionPolicy', spec),
    });
    expect(policies[0]?.execution).toMatchObject({
      kind: 'single',
      module: pathToFileURL(join(folder, 'm/x.wasm')).href,
      timeoutEvalSeconds: 3,
    });
    expect(JSON.stringify(policies[0]?.execution)).toContain('{"count":9007199254740993}');
  });

  it('may be groups, whose modules without a scheme come from a registry', async () => {
    const spec =
      '{expression: "a() || b()", message: neither, policies: {a: {module: "ghcr.io/x/a:v1"}, b: {module: "file:///b.wasm"}}}';
    const { policies } = await listPolicies({
      'a.yaml': customResource('ClusterAdmissionPolicyGroup', spec),
    });
    expect(policies[0]?.execution).toMatchObject({
      kind: 'group',
      expression: 'a() || b()',
      message: 'neither',
      members: { a: { module: 'registry://ghcr.io/x/a:v1' }, b: { module: 'file:///b.wasm' } },
    });
  });

  it('keep backgroundAudit: false', async () => {
    const { policies } = await listPolicies({
      'a.yaml': customResource('ClusterAdmissionPolicy', '{backgroundAudit: false}'),
    });
    expect(policies[0]?.backgroundAudit).toBe(false);
  });

  it('are broken when they stand there twice, are malformed, or their file is', async () => {
    const { policies, broken } = await listPolicies({
      'a.yaml': customResource('ClusterAdmissionPolicy', '{}'),
      'b.yaml': customResource('ClusterAdmissionPolicy', '{}'),
      'c.yaml': customResource('ClusterAdmissionPolicy', '{rules: 7}', 'name: q'),
      'd.yaml': 'a: [',
    });
    expect(policies.map(({ name }) => name)).toEqual(['p']);
    expect(broken.map(({ name }) => name)).toEqual([
      'ClusterAdmissionPolicy/q',
      join(folder, 'd.yaml'),
      'clusterwide-p',
    ]);
  });
});

describe('a policies.yml', () => {
  it('takes rules from the modules and ids from its keys', async () => {
    const { policies, broken } = await listPolicies({
      'policies.yml': `
one:
  module: file://one.wasm
  policyMode: monitor
  settings: {a: 1}
two:
  policies: {x: {module: "file://one.wasm"}}
  expression: x()
  message: nope
gone: {url: "file://gone.wasm"}
`,
      'one.wasm': aModule({
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      }),
    });
    expect(
      policies.map(({ kind, uniqueName, mode, severity }) => ({ kind, uniqueName, mode, severity })),
    ).toEqual([
      { kind: 'ClusterAdmissionPolicy', uniqueName: 'one', mode: 'monitor', severity: 'info' },
      { kind: 'ClusterAdmissionPolicyGroup', uniqueName: 'two', mode: 'protect', severity: undefined },
    ]);
    expect(policies[0]?.rules[0]?.resources).toEqual(['pods']);
    expect(broken).toEqual([
      { name: 'gone', error: expect.objectContaining({ code: errorCodes.moduleUnavailable }) as Error },
    ]);
  });
});

describe('a module on its own', () => {
  it('is a policy named after its file', async () => {
    const { policies } = await listPolicies({
      'no-root.wasm': aModule({
        annotations: { 'io.kubewarden.policy.severity': 'high' },
        backgroundAudit: false,
      }),
    });
    expect(policies).toEqual([
      expect.objectContaining({
        name: 'no-root',
        uniqueName: 'clusterwide-no-root',
        severity: 'high',
        backgroundAudit: false,
        mode: 'protect',
      }),
    ]);
  });

  it('is broken without metadata, or when it is no module', async () => {
    const { broken } = await listPolicies({ 'a.wasm': aModule(undefined), 'b.wasm': Buffer.from('hello') });
    expect(broken.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('it has no metadata'),
      expect.stringContaining('it is not a WebAssembly module'),
    ]);
  });
});

it('rejects for a path that is not there', async () => {
  await expect(listPolicies({}, ['nope'])).rejects.toMatchObject({ code: errorCodes.fileUnreadable });
});
