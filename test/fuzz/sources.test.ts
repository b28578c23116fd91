import fc from 'fast-check';
import { expect } from 'vitest';
import { parseExceptions } from '../../src/config/exceptions/exceptions.ts';
import { formatException, isExpired } from '../../src/domain/exception.ts';
import { readMetadata } from '../../src/engine/module/metadata.ts';
import { parseRegistryUrl } from '../../src/modules/image-reference.ts';
import { parseDocuments } from '../../src/sources/manifests/documents.ts';
import { loadManifests } from '../../src/sources/manifests/manifests.ts';
import { readMetadataOf } from '../../src/sources/manifests/policy-modules.ts';
import { isServerConfig, parseServerPolicy } from '../../src/sources/manifests/server-policies.ts';
import { parsePolicy, policyResources } from '../../src/sources/policy-schema.ts';
import { findSelectorError, type LabelSelector, matchesSelector } from '../../src/text/label-selector.ts';
import { findBrokenRequirement, parseLabelSelector } from '../../src/text/selector-text.ts';
import { almost, json, key, mutated, text } from './arbitraries.ts';
import { expectRefusal, fuzz, refusing } from './fuzz.ts';

const labels = fc.dictionary(key, text);
const selector = almost({
  matchLabels: labels,
  matchExpressions: fc.array(
    almost({
      key,
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'in'),
      values: fc.array(text),
    }),
  ),
});
const policy = almost({
  metadata: almost({ name: text, namespace: text, uid: text, annotations: labels }),
  spec: almost({
    mode: fc.constantFrom('protect', 'monitor'),
    module: text,
    settings: json,
    rules: fc.array(
      almost({ apiGroups: fc.array(text), resources: fc.array(text), operations: fc.array(text) }),
    ),
    objectSelector: selector,
    namespaceSelector: selector,
    policies: fc.dictionary(key, almost({ module: text, settings: json })),
    expression: text,
  }),
  status: almost({ policyStatus: text }),
});

fuzz({
  name: 'a custom resource is a policy, or broken with a reason',
  corpus: 'policies',
  read: (bytes): [number, unknown] => [0, JSON.parse(bytes.toString())],
  inputs: fc.tuple(fc.nat({ max: policyResources.length - 1 }), policy),
  check: ([index, document]) => {
    const kind = policyResources[index]?.kind ?? 'AdmissionPolicy';
    const parsed = parsePolicy(kind, document);
    if ('error' in parsed) {
      expect(parsed.error.code).toBe('AS-4301');
      return;
    }
    expect(parsed.kind).toBe(kind);
    expect(parsed.name).not.toBe('');
    for (const field of ['objectSelector', 'namespaceSelector'] as const) {
      const found = parsed[field];
      if (found !== undefined && findSelectorError(found) === undefined)
        expect(typeof matchesSelector(found, {})).toBe('boolean');
    }
  },
});

fuzz({
  name: 'an entry of policies.yml is a policy, or broken with a reason',
  inputs: fc.tuple(
    key,
    almost({
      module: text,
      settings: json,
      policyMode: text,
      policies: fc.dictionary(key, almost({ module: text })),
    }),
  ),
  check: ([name, entry]) => {
    isServerConfig({ [name]: entry });
    const parsed = parseServerPolicy(name, entry);
    expect(typeof parsed === 'string' || parsed.name === name).toBe(true);
  },
});

const manifest = fc.oneof(
  fc.constant(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: &l {app: "1"}\ndata: {<<: *l, on: "yes"}\n',
  ),
  fc.constant(
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n- null\n---\n{}\n',
  ),
  fc.constant(
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"djE="},"n":9223372036854775807}',
  ),
  almost({
    apiVersion: text,
    kind: text,
    metadata: almost({ name: text, labels }),
    items: fc.array(json),
  }).map((value) => JSON.stringify(value)),
);

fuzz({
  name: 'a manifest is read, or refused with its file and line',
  corpus: 'manifests',
  read: (bytes) => bytes.toString(),
  inputs: mutated(manifest, '-: \n\t{}[]&*<!|>%@`\'"#,?~0x1._\u0000\u0085\ufeffé'),
  check: async (source) => {
    for (const document of parseDocuments({ path: 'm.yaml', text: source })) {
      if (document instanceof Error) expectRefusal(document);
    }
    // eslint-disable-next-line @typescript-eslint/require-await -- the port wants an asynchronous source
    const sources = (async function* () {
      yield { path: 'm.yaml', text: source };
    })();
    const manifests = await loadManifests(
      { sources },
      { defaultNamespace: 'default', named: ['m.yaml'] },
      new AbortController().signal,
    );
    for (const { error } of manifests.unread) expect(error.message).toMatch(/^m\.yaml:\d+: /);
    for (const object of [...manifests.objects.values()].flat()) {
      const value = JSON.parse(Buffer.from(object.json).toString()) as { metadata: Record<string, unknown> };
      expect([value.metadata['name'], value.metadata['generateName']]).toContain(object.reference.name);
      expect(object.origin?.line).toBeGreaterThan(0);
      expect(object.reference.uid).not.toBe('');
    }
  },
});

const exception = almost({
  policy: text,
  kind: text,
  namespace: text,
  name: text,
  reason: text,
  owner: text,
  expires: fc.constantFrom('2027-01-31', '2027-02-30', '2027-01-31T12:00:00Z', 'soon'),
  permanent: fc.boolean(),
});

fuzz({
  name: 'a file with exceptions is read, or every mistake has its file and line',
  inputs: mutated(
    fc.array(exception, { maxLength: 3 }).map((list) => JSON.stringify(list)),
    '-: \n{}[]&*<!|"#,yn01.\u0000',
  ),
  check: (source) => {
    const documents = [...parseDocuments({ path: 'e.yaml', text: source })].flatMap((document) =>
      document instanceof Error ? [] : [document],
    );
    const parsed = parseExceptions(documents);
    if (parsed.ok) {
      for (const one of parsed.value) {
        expect(one.reason).not.toBe('');
        expect(formatException(one)).not.toBe('');
        expect(typeof isExpired(one, new Date(0))).toBe('boolean');
      }
      return;
    }
    expect(parsed.problems).not.toEqual([]);
    for (const { code, message } of parsed.problems) {
      expect(code).toBe('AS-2014');
      expect(message).toMatch(/^e\.yaml:\d+:\d+: /);
    }
  },
});

const labelKey = fc.constantFrom('app', 'tier', 'example.com/x', 'constructor');
const labelValue = fc.constantFrom('a', 'b', '');
const requirement = fc.oneof(
  fc.tuple(labelKey, fc.constantFrom('=', '==', '!='), labelValue).map((parts) => parts.join('')),
  fc
    .tuple(labelKey, fc.constantFrom('in', 'notin'), fc.array(labelValue, { minLength: 1, maxLength: 3 }))
    .map(([name, operator, values]) => `${name} ${operator} (${values.join(',')})`),
  labelKey,
  labelKey.map((name) => `!${name}`),
);
const objectLabels = fc.dictionary(labelKey, labelValue);

fuzz({
  name: 'a selector in text form means what its requirements mean',
  inputs: fc.tuple(fc.array(requirement, { minLength: 1, maxLength: 3 }), objectLabels),
  check: ([requirements, own]) => {
    const source = requirements.join(',');
    expect(findBrokenRequirement(source)).toBeUndefined();
    expect(matchesSelector(parseLabelSelector(source), own)).toBe(
      requirements.every((one) => holds(one, own)),
    );
  },
});

/** What one requirement means, read another way than the program does. */
function holds(source: string, own: Readonly<Record<string, string>>): boolean {
  const has = (name: string): boolean => Object.hasOwn(own, name);
  const set = / (in|notin) \((.*)\)$/.exec(source);
  if (set !== null) {
    const name = source.slice(0, set.index);
    const isIn = has(name) && (set[2] ?? '').split(',').includes(own[name] ?? '');
    return set[1] === 'in' ? isIn : !isIn;
  }
  if (source.startsWith('!')) return !has(source.slice(1));
  const [name = '', value] = source.split(/!?==?/);
  if (value === undefined) return has(name);
  const isEqual = has(name) && own[name] === value;
  return source.includes('!=') ? !isEqual : isEqual;
}

fuzz({
  name: 'a broken selector in text form is found, in bounded time',
  corpus: 'selectors',
  read: (bytes) => bytes.toString(),
  inputs: mutated(
    fc.array(requirement, { maxLength: 4 }).map((parts) => parts.join(',')),
    'a.-/=!(), in\n\u0000',
  ),
  check: (source) => {
    if (findBrokenRequirement(source) !== undefined) return;
    const parsed: LabelSelector = parseLabelSelector(source);
    expect(findSelectorError(parsed)).toBeUndefined();
    expect(typeof matchesSelector(parsed, { app: 'a' })).toBe('boolean');
  },
});

const section = Buffer.concat([
  Buffer.from('\0asm\u0001\0\0\0', 'latin1'),
  Buffer.from([0, 47, 22]),
  Buffer.from('io.kubewarden.metadata{"mutating":false,"x":1}'),
]);

fuzz({
  name: 'the metadata of a module is read, or refused with a reason',
  inputs: fc
    .tuple(fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }), fc.nat({ max: 80 }))
    .map(([edits, length]) => {
      const bytes = Buffer.from(section.subarray(0, Math.max(length, 8)));
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
      return bytes;
    }),
  runs: 4_000,
  check: (wasm) => {
    refusing(() => readMetadataOf('policy.wasm', wasm, readMetadata));
  },
});

fuzz({
  name: 'the address of a module is taken apart, or refused',
  inputs: mutated(
    fc.constantFrom('registry://example.com:5000/org/policy:v1.0.0', 'registry://docker.io/policy@sha256:00'),
    '/:@.-_ab09 \n%\u0000',
  ),
  check: (url) => {
    const reference = parseRegistryUrl(url);
    if (reference === undefined) return;
    expect(reference.host).not.toMatch(/\//);
    expect(reference.repository).not.toBe('');
  },
});
