import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../../src/domain/errors.ts';
import type { AuditedObject } from '../../../../src/domain/resource.ts';
import { loadManifests, type Manifests } from '../../../../src/sources/manifests/manifests.ts';
import { createManifestSources } from '../../../../src/sources/manifests/sources.ts';

function load(...texts: readonly string[]): Promise<Manifests> {
  return loadBeside([], ...texts);
}

/** With these texts as facts. */
function loadBeside(facts: readonly string[], ...texts: readonly string[]): Promise<Manifests> {
  async function* toSources(all: readonly string[], prefix: string) {
    await Promise.resolve();
    for (const [index, text] of all.entries()) yield { path: `${prefix}${index}.yaml`, text };
  }
  const input = { sources: toSources(texts, ''), facts: toSources(facts, 'fact') };
  return loadManifests(input, { defaultNamespace: 'team', named: ['0.yaml'] }, new AbortController().signal);
}

function jsonOf(object: AuditedObject | undefined): unknown {
  return JSON.parse(Buffer.from(object?.json ?? '').toString());
}

const pod = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${rest}}\n`;

describe('loadManifests', () => {
  it('gives objects without a namespace the default one, as kubectl does, in the text too', async () => {
    const { objects } = await load(pod('web'));
    const [object] = objects.get('pods') ?? [];
    expect(object).toMatchObject({
      reference: { apiVersion: 'v1', kind: 'Pod', namespace: 'team', name: 'web' },
      origin: { path: '0.yaml', line: 1, column: 1 },
    });
    expect(jsonOf(object)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'team' },
    });
  });

  it('derives the same UID in every run, and keeps one that is there', async () => {
    const { objects } = await load(pod('web'), pod('old', ', uid: u-1'));
    const uids = objects.get('pods')?.map(({ reference }) => reference.uid);
    expect(uids).toEqual([
      'u-1',
      expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-/),
    ]);
    const again = await load(pod('web'));
    expect(again.objects.get('pods')?.[0]?.reference.uid).toBe(uids?.[1]);
  });

  it('puts cluster-scoped objects into no namespace', async () => {
    const { objects } = await load('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: x}\n');
    expect(objects.get('namespaces')?.[0]?.reference.namespace).toBeUndefined();
  });

  it('learns plural and scope from a definition, wherever it stands', async () => {
    const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: oxen.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {plural: oxen, kind: Ox}
  versions: [{name: v1, served: true}, {name: v0, served: false}]
`;
    const { objects, types, notices } = await load(
      'apiVersion: example.com/v1\nkind: Ox\nmetadata: {name: bob}\n',
      definition,
    );
    expect(objects.get('oxen.example.com')?.[0]?.reference.namespace).toBeUndefined();
    expect(types.filter(({ kind }) => kind === 'Ox')).toEqual([
      expect.objectContaining({ version: 'v1', resource: 'oxen', namespaced: false }),
    ]);
    expect(notices).toEqual([]);
  });

  it.each([
    ['Policy', 'policies'],
    ['Class', 'classes'],
    ['Widget', 'widgets'],
  ])('guesses the plural of %s and says so', async (kind, plural) => {
    const { objects, notices } = await load(`apiVersion: e.com/v1\nkind: ${kind}\nmetadata: {name: x}\n`);
    const [object] = objects.get(`${plural}.e.com`) ?? [];
    expect(object).toMatchObject({
      resource: { isGuess: true, namespaced: false },
      reference: { namespace: undefined },
      perhapsIn: 'team',
    });
    expect(jsonOf(object)).toEqual({ apiVersion: 'e.com/v1', kind, metadata: { name: 'x' } });
    expect(notices).toEqual([expect.stringContaining(`e.com/v1 ${kind}`)]);
  });

  it('takes a type for a namespaced one where an object of it names a namespace', async () => {
    const { objects } = await load(
      'apiVersion: e.com/v1\nkind: Widget\nmetadata: {name: a}\n',
      'apiVersion: e.com/v2\nkind: Widget\nmetadata: {name: b, namespace: shop}\n',
    );
    const widgets = objects
      .get('widgets.e.com')
      ?.map(({ reference, resource, perhapsIn }) => [
        reference.name,
        reference.namespace,
        resource.version,
        perhapsIn,
      ]);
    expect(widgets).toEqual([
      ['b', 'shop', 'v2', undefined],
      ['a', 'team', 'v1', undefined],
    ]);
  });

  it('guesses no plural that another type of the group has', async () => {
    const { objects } = await load(
      'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Servic\nmetadata: {name: b}\n',
    );
    expect(objects.get('services')?.map(({ reference }) => reference.name)).toEqual(['a']);
  });

  it('audits no facts, and goes by the input where both say something', async () => {
    const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: oxen.e.com}
spec:
  group: e.com
  scope: Namespaced
  names: {plural: oxen, kind: Ox}
  versions: [{name: v1, served: true}]
`;
    const space = (env: string): string =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: team, labels: {env: ${env}}}\n`;
    const ox = 'apiVersion: e.com/v1\nkind: Ox\nmetadata: {name: bob}\n';
    const facts = [definition, space('dev'), pod('beside', ', namespace: elsewhere')];
    const beside = await loadBeside(facts, ox);
    expect([...beside.objects.keys()]).toEqual(['oxen.e.com']);
    expect(beside.namespaces).toEqual([
      { name: 'team', labels: { env: 'dev', 'kubernetes.io/metadata.name': 'team' } },
    ]);
    const both = await loadBeside(facts, ox, space('prod'));
    expect(both.namespaces).toMatchObject([{ labels: { env: 'prod' } }]);
  });

  it('is not complete where a fact cannot be read', async () => {
    const { unread } = await loadBeside(['a: [\n'], pod('x'));
    expect(unread.map(({ path }) => path)).toEqual(['fact0.yaml']);
  });

  it('knows an older version of a built-in type without a guess', async () => {
    const { objects, notices } = await load(
      'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n',
    );
    expect(objects.get('poddisruptionbudgets.policy')).toHaveLength(1);
    expect(notices).toEqual([]);
  });

  it('expands Lists, and gives the elements of typed ones their type', async () => {
    const { objects } = await load(
      `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })}\n`,
      'apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: b}\n',
    );
    expect(objects.get('pods')?.map(({ reference, origin }) => [reference.name, origin?.line])).toEqual([
      ['a', 4],
      ['b', 4],
    ]);
    expect(jsonOf(objects.get('pods')?.[1])).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  });

  it('orders by namespace and name, and keeps what is there twice', async () => {
    const { objects } = await load(pod('b'), pod('a'), pod('a', ', namespace: z'), pod('b'));
    const names = objects
      .get('pods')
      ?.map(({ reference }) => `${reference.namespace ?? ''}/${reference.name}`);
    expect(names).toEqual(['team/a', 'team/b', 'team/b', 'z/a']);
  });

  it('gives namespaces the labels of their objects, and the one that each has', async () => {
    const { namespaces } = await load(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: prod}}\n',
      pod('web'),
    );
    expect(namespaces).toEqual([
      { name: 'shop', labels: { env: 'prod', 'kubernetes.io/metadata.name': 'shop' } },
      { name: 'team', labels: { 'kubernetes.io/metadata.name': 'team' }, isNameOnly: true },
    ]);
  });

  it.each([
    ['kind: Pod\nmetadata: {name: x}\n', '0.yaml:1: the object has no apiVersion'],
    ['apiVersion: v1\nmetadata: {name: x}\n', '0.yaml:1: the object has no kind'],
    ['apiVersion: v1\nkind: Pod\n', '0.yaml:1: the Pod has no metadata'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {}\n', '0.yaml:1: the Pod has no name'],
    [pod('x', ', labels: {a: 1}'), '0.yaml:1: the label a of the Pod is not a string; it needs quotes'],
    [pod('y'), '0.yaml:1: the name of the Pod is not a string; it needs quotes'],
    ['a: b\n', '0.yaml:1: it is not a Kubernetes object: it has neither apiVersion nor kind'],
  ])('cannot read %j', async (text, message) => {
    const { unread, objects } = await load(text, pod('fine'));
    expect(unread).toEqual([
      {
        path: '0.yaml',
        error: expect.objectContaining({ code: errorCodes.manifestInvalid, message }) as Error,
      },
    ]);
    expect(objects.get('pods')?.map(({ reference }) => reference.name)).toEqual(['fine']);
  });

  it('says which files of a folder hold no objects', async () => {
    const { unread, input } = await load(pod('x'), 'image: {tag: 1}\n', `${pod('z')}---\na: 1\n`);
    expect(unread).toEqual([]);
    expect(input.leftOut).toEqual([
      { path: '1.yaml', reason: 'no apiVersion and kind', count: 1 },
      { path: '2.yaml:5', reason: 'a document without apiVersion and kind', count: 1 },
    ]);
  });
});

describe('createManifestSources', () => {
  const { signal } = new AbortController();
  const everything = { namespace: undefined, excludeNamespaces: [], labelSelector: undefined };

  async function list(manifests: Manifests, resource: string, target: object = {}): Promise<string[]> {
    const type = manifests.types.find((candidate) => candidate.resource === resource);
    if (type === undefined) throw new Error(resource);
    const { resources } = createManifestSources(() => Promise.resolve(manifests));
    const names: string[] = [];
    for await (const { reference } of resources.list({ ...everything, ...target, resource: type }, signal))
      names.push(reference.name);
    return names;
  }

  it('filters by namespace and label as the API does', async () => {
    const manifests = await load(
      pod('a', ', namespace: x, labels: {app: web, tier: front}'),
      pod('b', ', namespace: xy, labels: {app: db}'),
      pod('c', ', namespace: z'),
    );
    await expect(list(manifests, 'pods')).resolves.toEqual(['a', 'b', 'c']);
    await expect(list(manifests, 'pods', { namespace: 'xy' })).resolves.toEqual(['b']);
    await expect(list(manifests, 'pods', { excludeNamespaces: ['x', 'z'] })).resolves.toEqual(['b']);
    const bySelector = (labelSelector: string) => list(manifests, 'pods', { labelSelector });
    await expect(bySelector('app=web')).resolves.toEqual(['a']);
    await expect(bySelector('app!=web')).resolves.toEqual(['b', 'c']);
    await expect(bySelector('app in (web, db),tier')).resolves.toEqual(['a']);
    await expect(bySelector('app notin (web)')).resolves.toEqual(['b', 'c']);
    await expect(bySelector('!app')).resolves.toEqual(['c']);
    await expect(bySelector('app==db')).resolves.toEqual(['b']);
  });

  it('shows an object in whatever version it is written', async () => {
    const manifests = await load(
      'apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n',
    );
    await expect(list(manifests, 'horizontalpodautoscalers')).resolves.toEqual(['h']);
  });

  it('tells discovery what could not be read', async () => {
    const { discovery } = createManifestSources(() => load('a: [\n'));
    const { unread } = await discovery.discover(signal);
    expect(unread?.map(({ path }) => path)).toEqual(['0.yaml']);
  });
});
