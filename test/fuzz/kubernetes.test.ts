import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect } from 'vitest';
import { toKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import { itemJson, splitList } from '../../src/kubernetes/list-splitter.ts';
import { almost, json, key, mutated, text } from './arbitraries.ts';
import { fuzz, refusing } from './fuzz.ts';

const podType = { apiVersion: 'v1', kind: 'Pod' };
const grammar = '{}[]",:\\ \n\t0123456789-+.eEutrfalsn\u0000\u00e9';

const metadata = almost({ name: text, namespace: text, uid: text, labels: fc.dictionary(key, text) });
const list = almost({
  kind: fc.constant('PodList'),
  metadata: almost({ continue: text, resourceVersion: text }),
  items: fc.array(almost({ metadata, spec: json, kind: text }), { maxLength: 4 }),
}).map((value) => JSON.stringify(value));

fuzz({
  name: 'the splitter of lists accepts what JSON.parse accepts as a List, and finds the same items',
  corpus: 'lists',
  read: (bytes) => bytes,
  inputs: fc.oneof(
    mutated(list, grammar).map((source) => Buffer.from(source)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  ),
  check: (body) => {
    const found = refusing(() => splitList(body));
    const expected = parseList(body);
    expect(found?.items.map(({ start, end }) => body.toString('utf8', start, end))).toEqual(
      expected?.map((): unknown => expect.any(String)),
    );
    if (found === undefined || expected === undefined) return;
    for (const [index, item] of found.items.entries()) {
      const value = expected[index];
      expect(JSON.parse(body.toString('utf8', item.start, item.end))).toEqual(value);
      const complete = JSON.parse(itemJson(body, item, podType).toString()) as Record<string, unknown>;
      expect(complete).toEqual({ ...podType, ...value });
      const own = value?.['metadata'] as Record<string, unknown>;
      expect(item.metadata.name).toBe(own['name']);
      expect(item.metadata.labels).toEqual(own['labels'] ?? {});
    }
  },
});

/** The items by the plain way; undefined unless every one can be named. */
function parseList(body: Buffer): readonly Record<string, unknown>[] | undefined {
  let value: unknown;
  if (!isUtf8(body)) return undefined;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return undefined;
  }
  if (!isObject(value) || !('metadata' in value ? isObject(value['metadata']) : true)) return undefined;
  const items = value['items'];
  if (items === null) return [];
  if (!Array.isArray(items) || !items.every(isNameable)) return undefined;
  return items;
}

function isNameable(item: unknown): item is Record<string, unknown> {
  const own = isObject(item) ? item['metadata'] : undefined;
  if (!isObject(own) || typeof own['name'] !== 'string') return false;
  const { labels } = own;
  const texts = ['namespace', 'uid', 'resourceVersion'].map((name) => own[name]);
  const areTexts = texts.every((value) => value === undefined || value === null || typeof value === 'string');
  const areLabels =
    labels === undefined ||
    labels === null ||
    (isObject(labels) && Object.values(labels).every((value) => typeof value === 'string'));
  return areTexts && areLabels;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const named = (field: string, shape: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(almost({ name: key, [field]: shape }), { maxLength: 3 });

fuzz({
  name: 'a kubeconfig is used or refused with a reason',
  corpus: 'kubeconfigs',
  read: (bytes) => JSON.parse(bytes.toString()) as unknown,
  inputs: fc.oneof(
    json,
    almost({
      'current-context': text,
      clusters: named('cluster', almost({ server: text, 'certificate-authority': text, 'proxy-url': text })),
      contexts: named('context', almost({ cluster: key, user: key })),
      users: named('user', almost({ token: text, exec: almost({ command: text, args: fc.array(text) }) })),
    }),
  ),
  check: (document) => {
    const config = refusing(() => toKubeconfig(document, '/home/ana/.kube/config'));
    for (const [name, user] of config?.users ?? []) {
      expect(typeof name).toBe('string');
      expect(typeof (user.token ?? '')).toBe('string');
    }
  },
});
