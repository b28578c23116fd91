import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { findRenderPrograms } from '../../support/render-programs.ts';

const programs = await findRenderPrograms();
const cases = join(import.meta.dirname, '../../fixtures/cases');
const requiredLabels = join(import.meta.dirname, '../../../examples/modules/required-labels.wasm');

/** Every object of these types needs the label team. */
const policies = (kind: string, namespace = ''): string => `
apiVersion: policies.kubewarden.io/v1
kind: ${kind}
metadata: {name: team${namespace}}
spec:
  module: file://${requiredLabels}
  mutating: false
  settings: {labels: [team]}
  rules:
  - {apiGroups: [""], apiVersions: [v1], resources: [configmaps, pods], operations: [CREATE]}
  - {apiGroups: [example.com], apiVersions: [v1], resources: [oxen], operations: [CREATE], scope: Cluster}
  - {apiGroups: [apiextensions.k8s.io], apiVersions: [v1], resources: [customresourcedefinitions], operations: [CREATE]}
`;

const configMap = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${rest}}\n`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rendered-'));
  await write({
    'cluster.yaml': policies('ClusterAdmissionPolicy'),
    'prod.yaml': policies('AdmissionPolicy', ', namespace: prod'),
  });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await programs?.remove();
});

beforeEach(() => rm(join(folder, 'in'), { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

type Source = { path: string; line: number | null; template?: string };
type Result = {
  readonly resource: { readonly name: string; readonly namespace: string | null };
  readonly source: Source;
};
type Document = {
  readonly results: readonly Result[];
  readonly incomplete: readonly { readonly message: string }[];
  readonly coverage: {
    readonly input: { readonly leftOut: readonly { path: string; reason: string; count: number }[] };
  };
};

type Scan = {
  readonly code: number;
  readonly stderr: string;
  /** `namespace/name file:line` of every object that fails. */
  readonly failed: readonly string[];
  readonly incomplete: readonly string[];
  /** `path (count): reason` */
  readonly leftOut: readonly string[];
};

/** Scans the folder `in`, or another path, and forgets where it is. */
async function scan(args: readonly string[] = [], { path = 'in', policy = 'cluster' } = {}): Promise<Scan> {
  const run = await runCli(
    ['scan', join(folder, path), `--policies=${join(folder, policy)}.yaml`, '-ojson', '--show=fail', ...args],
    { env: { PATH: programs?.path ?? '' } },
  );
  const plain = (text: string): string => text.replaceAll(`${folder}/`, '');
  if (run.stdout === '')
    return { code: run.code, stderr: plain(run.stderr), failed: [], incomplete: [], leftOut: [] };
  const { results, incomplete, coverage } = JSON.parse(plain(run.stdout)) as Document;
  return {
    code: run.code,
    stderr: plain(run.stderr),
    failed: results.map(({ resource, source }) => {
      const { path: file, line, template } = source;
      const place = `${file}${line === null ? '' : `:${line}`}${template === undefined ? '' : ` (${template})`}`;
      return `${resource.namespace ?? ''}/${resource.name} ${place}`;
    }),
    incomplete: incomplete.map(({ message }) => message),
    leftOut: coverage.input.leftOut.map(({ path: place, reason, count }) => `${place} (${count}): ${reason}`),
  };
}

const complete = { incomplete: [], leftOut: [] };

describe.skipIf(programs === undefined)('a chart', () => {
  const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: oxen.example.com}
spec: {group: example.com, scope: Cluster, names: {plural: oxen, kind: Ox}, versions: [{name: v1, served: true, storage: true}]}
`;

  /** As people write them: helpers, a hook, a test, notes, a subchart, definitions. */
  async function writeChart(): Promise<void> {
    await write({
      'in/web/Chart.yaml':
        'apiVersion: v2\nname: shop-web\nversion: 0.1.0\ndependencies: [{name: db, version: 0.1.0}]\n',
      'in/web/values.yaml': 'team: null\nname: web\n',
      'in/web/README.md': '# web\n',
      'in/web/crds/ox.yaml': definition,
      'in/web/templates/_helpers.tpl':
        '{{- define "labels" -}}{{ with .Values.team }}team: {{ . }}{{ end }}{{- end -}}',
      'in/web/templates/NOTES.txt': 'Have fun with {{ .Release.Name }}.',
      'in/web/templates/cm.yaml': `${configMap('{{ .Values.name }}', ', labels: { {{- include "labels" . -}} }')}---\napiVersion: example.com/v1\nkind: Ox\nmetadata: {name: bob}\n`,
      'in/web/templates/hook.yaml': configMap('hook', ', annotations: {helm.sh/hook: pre-install}'),
      'in/web/templates/tests/test.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: test, annotations: {helm.sh/hook: test}}\nspec: {containers: [{name: c, image: i}]}\n',
      'in/web/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 0.1.0\n',
      'in/web/charts/db/templates/cm.yaml': configMap('db'),
    });
  }

  it('is rendered for the namespace of -n, and its namespaced policies are asked', async () => {
    await cp(join(cases, 'chart-namespace'), join(folder, 'in'), { recursive: true });
    expect(await scan(['-n', 'prod'], { policy: 'prod', path: 'in/chart' })).toMatchObject({
      code: 1,
      failed: ['prod/release-name-a in/chart/templates/cm.yaml'],
    });
    expect(await scan(['-n', 'prod', '--release-name', 'web'], { policy: 'prod' })).toMatchObject({
      failed: ['prod/web-a in/chart/templates/cm.yaml'],
    });
  });

  it('is audited with hooks, tests, subcharts and custom resources, each with its template', async () => {
    await writeChart();
    expect(await scan()).toMatchObject({
      code: 1,
      failed: [
        '/bob in/web/templates/cm.yaml',
        'default/db in/web/charts/db/templates/cm.yaml',
        'default/hook in/web/templates/hook.yaml',
        'default/web in/web/templates/cm.yaml',
        'default/test in/web/templates/tests/test.yaml',
      ],
      incomplete: [],
      leftOut: [
        'in/web/README.md (1): not a .yaml, .yml or .json file',
        'in/web/crds/ox.yaml (1): definitions of a chart, used but only audited with --include-crds',
      ],
    });
  });

  it('has its definitions audited when that is asked for', async () => {
    await writeChart();
    const { failed } = await scan(['--include-crds']);
    expect(failed).toContain('/oxen.example.com in/web/crds/ox.yaml');
  });

  it('takes values', async () => {
    await writeChart();
    await write({ 'values.yaml': 'team: a\n' });
    const { failed } = await scan(['--values', join(folder, 'values.yaml'), '--set', 'name=other,x.y=1']);
    expect(failed).not.toContain('default/web in/web/templates/cm.yaml');
    expect((await scan(['--set', 'name=other'])).failed).toContain('default/other in/web/templates/cm.yaml');
  });

  it('may be packed', async () => {
    await writeChart();
    const env = { PATH: programs?.path ?? '' };
    execFileSync('helm', ['package', join(folder, 'in/web'), '-d', join(folder, 'in')], {
      env,
      stdio: 'ignore',
    });
    await rm(join(folder, 'in/web'), { recursive: true });
    execFileSync('tar', ['czf', join(folder, 'in/other.tgz'), '-C', folder, 'cluster.yaml']);
    const { failed, leftOut, incomplete } = await scan();
    expect(failed).toContain('default/web in/shop-web-0.1.0.tgz (shop-web/templates/cm.yaml)');
    expect(leftOut).toContain('in/other.tgz (1): an archive that is not a Helm chart');
    expect(incomplete).toEqual([]);
    expect((await scan([], { path: 'in/shop-web-0.1.0.tgz' })).failed).toEqual(failed);
  });

  it('with a packed subchart names the chart', async () => {
    await writeChart();
    const env = { PATH: programs?.path ?? '' };
    const charts = join(folder, 'in/web/charts');
    execFileSync('helm', ['package', join(charts, 'db'), '-d', charts], { env, stdio: 'ignore' });
    await rm(join(charts, 'db'), { recursive: true });
    expect((await scan()).failed).toContain(
      'default/db in/web/Chart.yaml (shop-web/charts/db/templates/cm.yaml)',
    );
  });

  it('hides neither manifests beside its templates nor charts in its folder, and a library has nothing to hide', async () => {
    await writeChart();
    await write({
      'in/web/deploy/extra.yaml': configMap('extra'),
      'in/web/files/template.yaml': '{{ if x }}\na: {{ b }}\n',
      'in/lib/Chart.yaml': 'apiVersion: v2\nname: lib\ntype: library\nversion: 0.1.0\n',
    });
    const { failed, leftOut, incomplete } = await scan();
    expect(failed).toContain('default/extra in/web/deploy/extra.yaml:1');
    expect(leftOut).toContain('in/web/files/template.yaml (1): files of a chart that are not YAML');
    expect(leftOut).toContain('in/lib (1): a library chart, which has no manifests of its own');
    expect(incomplete).toEqual([]);
  });

  it.each([
    [
      'a template that fails',
      { 'in/web/templates/bad.yaml': '{{ .Values.a.b.c }}' },
      /helm says: template: shop-web\/templates\/bad\.yaml:1:\d+: executing .* nil pointer evaluating/,
    ],
    [
      'a template that makes no YAML',
      { 'in/web/templates/bad.yaml': 'a: b: c\n' },
      /helm says: YAML parse error on shop-web\/templates\/bad\.yaml: .*not allowed in this context$/,
    ],
    [
      'values against their schema',
      { 'in/web/values.schema.json': '{"required": ["size"]}' },
      /helm says: values don't meet the specifications .*missing property 'size'$/,
    ],
    [
      'a dependency that is missing',
      {
        'in/web/Chart.yaml':
          'apiVersion: v2\nname: w\nversion: 0.1.0\ndependencies: [{name: gone, version: 1.x, repository: "https://charts.invalid"}]\n',
      },
      /helm says: .*missing in charts\/ directory: gone$/,
    ],
  ])('is missed for %s, with the error of helm, and the rest is audited', async (_, files, message) => {
    await writeChart();
    await write({ ...files, 'in/b.yaml': configMap('b') });
    const { code, failed, incomplete } = await scan();
    expect(code).toBe(1);
    expect(failed).toEqual(['default/b in/b.yaml:1']);
    expect(incomplete).toEqual([expect.stringMatching(message)]);
  });

  it('is needed by the flags for charts', async () => {
    await write({ 'in/b.yaml': configMap('b') });
    expect(await scan(['--set', 'a=b', '--include-crds'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--set, --include-crds: there is no Helm chart in in') as string,
    });
  });

  it('in a folder that is called like a flag runs no program', async () => {
    await writeChart();
    await cp(join(folder, 'in/web'), join(folder, `in/--post-renderer=touch`), { recursive: true });
    const run = await runCli(['scan', '.', `--policies=${join(folder, 'cluster.yaml')}`, '-oname'], {
      env: { PATH: programs?.path ?? '' },
      cwd: join(folder, 'in'),
    });
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining('configmaps/web') as string });
    expect(run.stderr).not.toContain('AS-2009');
  });
});

describe.skipIf(programs === undefined)('a kustomization', () => {
  it('hides neither its overlays nor the manifests that it does not name', async () => {
    await cp(join(cases, 'kustomization'), join(folder, 'in'), { recursive: true });
    expect(await scan()).toEqual({
      code: 1,
      stderr: expect.any(String) as string,
      failed: ['x/extra in/overlays/prod/kustomization.yaml', 'x/unreferenced in/forgotten.yaml:1'],
      ...complete,
    });
  });

  const base = {
    'in/base/kustomization.yaml': 'resources: [cm.yaml]\n',
    'in/base/cm.yaml': configMap('base'),
  };

  it('is audited as its overlays change it, with their patches, generators and components', async () => {
    await write({
      ...base,
      'in/overlays/prod/kustomization.yaml': `
resources: [../../base]
components: [../../components/team]
patches:
- path: patch.yaml
configMapGenerator:
- name: settings
  files: [app.yaml=files/settings.yaml]
  envs: [app.env]
generatorOptions: {disableNameSuffixHash: true}
`,
      'in/overlays/prod/patch.yaml': configMap('base', ', annotations: {a: b}'),
      'in/overlays/prod/files/settings.yaml': configMap('data'),
      'in/overlays/prod/app.env': 'A=b\n',
      'in/components/team/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: label.yaml, target: {name: base}}]\n',
      'in/components/team/label.yaml': configMap('any', ', labels: {team: a}'),
    });
    expect(await scan()).toEqual({
      code: 1,
      stderr: expect.any(String) as string,
      failed: ['default/settings in/overlays/prod/kustomization.yaml'],
      incomplete: [],
      leftOut: [
        'in/overlays/prod/app.env (1): not a .yaml, .yml or .json file',
        'in/base (1): rendered as a part of in/overlays/prod',
        'in/components/team (1): rendered as a part of in/overlays/prod',
      ],
    });
  });

  it('is audited alone when it is named', async () => {
    await write({
      ...base,
      'in/overlay/kustomization.yaml': 'resources: [../base]\ncommonLabels: {team: a}\n',
    });
    expect((await scan()).failed).toEqual([]);
    expect((await scan([], { path: 'in/base' })).failed).toEqual(['default/base in/base/kustomization.yaml']);
    expect((await scan(['--exclude', 'overlay'])).failed).toEqual([
      'default/base in/base/kustomization.yaml',
    ]);
  });

  it.each([
    ['a resource that is missing', 'resources: [gone.yaml]', /kubectl says: .*gone\.yaml/],
    [
      'a resource that cannot be fetched',
      'resources: ["http://127.0.0.1:1/a.yaml"]',
      /kubectl says: .*127\.0\.0\.1:1/,
    ],
    [
      'a chart that nobody allowed to render',
      'helmCharts: [{name: web}]',
      /kubectl says: .*must specify --enable-helm/,
    ],
    ['one that includes itself by another', 'resources: [../other]', /kubectl says: .*cycle/],
    ['what is no kustomization', 'resources: {}', /kubectl says: /],
  ])('is missed for %s, with the error of kustomize', async (_, kustomization, message) => {
    await write({
      'in/k/kustomization.yaml': `${kustomization}\n`,
      'in/other/kustomization.yaml': 'resources: [../k]\n',
      'in/b.yaml': configMap('b', ', labels: {team: a}'),
    });
    const { code, incomplete } = await scan();
    expect(code).toBe(3);
    expect(incomplete).toEqual([expect.stringMatching(message)]);
  });

  it('may have helm render charts, which are not rendered once more', async () => {
    await write({
      'in/kustomization.yaml': 'helmCharts: [{name: web, releaseName: r, valuesFile: v.yaml}]\n',
      'in/v.yaml': 'name: fromvalues\n',
      'in/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'in/charts/web/templates/cm.yaml': configMap('{{ .Values.name }}'),
      'in/charts/other/Chart.yaml': 'apiVersion: v2\nname: other\nversion: 0.1.0\n',
      'in/charts/other/templates/cm.yaml': configMap('other'),
    });
    expect(await scan(['--enable-helm'])).toMatchObject({
      failed: ['default/fromvalues in/kustomization.yaml', 'default/other in/charts/other/templates/cm.yaml'],
      incomplete: [],
    });
  });
});
