import { describe, expect, it } from 'vitest';
import { type CapabilityParts, createHostCapabilities } from '../../../src/assembly/host-capabilities.ts';
import type { ImageRegistry } from '../../../src/engine/capabilities/image-registry.ts';
import type { ModuleProgram } from '../../../src/engine/program/program.ts';
import { type HostCall, relay, wasiRelay } from '../../fixtures/wasm/modules.ts';
import { single, startEngine } from './engine.ts';
import { readManifests } from './manifests.ts';

/*
 * What a policy is told by its host, as policies see it: each row is a module that asks once, in both ways that there are to ask.
 * Objects come from manifests.
 */

const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: web}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: prices
  namespace: shop
  labels: {tier: gold, version: "7"}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{}'
    note: kept
  managedFields: [{manager: kubectl}]
data: {currency: EUR, unit: kg}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: stock, namespace: shop}
data: {count: "3"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other, namespace: bank, labels: {tier: silver}}
---
apiVersion: example.com/v1
kind: Meter
metadata: {name: big, namespace: shop}
spec: {total: 9007199254740993, ratio: 1.50, parts: [{id: 1234567890123456789, note: a}, {id: 2, note: b}]}
`;

const everything: Partial<ModuleProgram> = {
  hostCapabilities: ['*'],
  contextAwareResources: [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'v1', kind: 'Namespace' },
    { apiVersion: 'v1', kind: 'Nothing' },
    { apiVersion: 'example.com/v1', kind: 'Meter' },
  ],
};

const guestFailure = 'internal server error: Guest call failure: ';

/** What the policy was told, which is the same in both execution modes. */
async function tell(
  call: HostCall,
  program: Partial<ModuleProgram> = everything,
  parts: Partial<CapabilityParts> = {},
): Promise<string> {
  const engine = await startEngine(
    { wapc: single(relay(call), program), wasi: single(wasiRelay(call), program) },
    createHostCapabilities({
      objects: readManifests(manifests),
      findImageRegistry: () => undefined,
      offline: true,
      now: () => new Date('2030-01-01T00:00:00Z'),
      ...parts,
    }),
  );
  expect(engine.refused).toEqual({});
  const [wapc, wasi] = (await Promise.all(['wapc', 'wasi'].map((name) => engine.ask(name)))).map(
    (answer) => (answer as { status: { message: string } }).status.message,
  );
  const told = wapc!.startsWith(guestFailure) ? wapc!.slice(guestFailure.length) : wapc!;
  const failed = told.startsWith('host error: ');
  expect(wasi).toBe(`${failed ? told.slice('host error: '.length) : told}${failed ? '1' : '0'}`);
  return told;
}

function kubernetes(operation: string, payload: object): HostCall {
  return { namespace: 'kubernetes', operation, payload: JSON.stringify(payload) };
}

const configMaps = { api_version: 'v1', kind: 'ConfigMap' };
const namespaces = { api_version: 'v1', kind: 'Namespace' };
const meters = { api_version: 'example.com/v1', kind: 'Meter' };

const callback = 'host error: Callback evaluation failure: ';

describe('lists of objects', () => {
  const names = async (operation: string, payload: object): Promise<unknown> => {
    const list = JSON.parse(await tell(kubernetes(operation, payload))) as {
      items: { metadata: { name: string } }[];
    };
    return list.items.map(({ metadata: { name } }) => name);
  };

  it('are Lists of the kind, with complete objects', async () => {
    expect(
      JSON.parse(await tell(kubernetes('list_resources_by_namespace', { ...configMaps, namespace: 'shop' }))),
    ).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: {},
      items: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'prices',
            namespace: 'shop',
            labels: { tier: 'gold', version: '7' },
            annotations: { note: 'kept' },
          },
          data: { currency: 'EUR', unit: 'kg' },
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'stock', namespace: 'shop' },
          data: { count: '3' },
        },
      ],
    });
  });

  it('have the numbers that were written', async () => {
    expect(await tell(kubernetes('list_resources_all', meters))).toContain(
      '"spec":{"total":9007199254740993,"ratio":1.5,"parts":[{"id":1234567890123456789,"note":"a"},{"id":2,"note":"b"}]}',
    );
  });

  const selections: readonly (readonly [string, object, readonly string[]])[] = [
    ['list_resources_all', {}, ['other', 'prices', 'stock']],
    [
      'list_resources_all',
      { label_selector: null, field_selector: null, field_masks: null },
      ['other', 'prices', 'stock'],
    ],
    ['list_resources_all', { label_selector: 'tier' }, ['other', 'prices']],
    ['list_resources_all', { label_selector: 'tier=gold' }, ['prices']],
    ['list_resources_all', { label_selector: 'tier!=gold' }, ['other', 'stock']],
    ['list_resources_all', { label_selector: 'tier in (gold, silver),version>5' }, ['prices']],
    ['list_resources_all', { label_selector: 'version<7' }, []],
    ['list_resources_all', { label_selector: '!tier' }, ['stock']],
    ['list_resources_all', { field_selector: 'metadata.name=stock' }, ['stock']],
    ['list_resources_all', { field_selector: 'metadata.name!=stock,metadata.namespace==shop' }, ['prices']],
    ['list_resources_by_namespace', { namespace: 'bank' }, ['other']],
    ['list_resources_by_namespace', { namespace: 'nowhere' }, []],
    ['list_resources_by_namespace', { namespace: 'shop', label_selector: 'tier=gold' }, ['prices']],
  ];
  it.each(selections)('%s %j', async (operation, rest, found) => {
    expect(await names(operation, { ...configMaps, ...rest })).toEqual(found);
  });

  it('of namespaces are an error where only objects name one', async () => {
    expect(await tell(kubernetes('list_resources_all', namespaces))).toBe(
      `${callback}the Namespace bank is not in the input; give it with --facts`,
    );
  });

  it('of namespaces have the label that each has', async () => {
    const objects = readManifests(
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web}}}',
    );
    const told = await tell(kubernetes('list_resources_all', namespaces), everything, { objects });
    const list = JSON.parse(told) as { items: unknown[] };
    expect(list.items).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop', labels: { 'kubernetes.io/metadata.name': 'shop', team: 'web' } },
      },
    ]);
  });

  it.each([
    [['data.unit'], { data: { unit: 'kg' } }],
    [['data'], { data: { currency: 'EUR', unit: 'kg' } }],
    [['data', 'data.unit'], { data: { unit: 'kg' } }],
    [['metadata.name'], {}],
    [[], { data: { currency: 'EUR', unit: 'kg' } }],
  ])('are cut down to %j', async (masks, rest) => {
    const payload = { ...configMaps, field_selector: 'metadata.name=prices', field_masks: masks };
    const { items } = JSON.parse(await tell(kubernetes('list_resources_all', payload))) as {
      items: object[];
    };
    const [{ metadata, ...found }] = items as [{ metadata: unknown }];
    expect(metadata).toMatchObject({ name: 'prices', labels: { tier: 'gold' } });
    expect(found).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', ...rest });
  });

  it('are cut down within lists, and keep their numbers', async () => {
    const masks = ['spec.parts.id', 'spec.total', 'status'];
    const told = await tell(kubernetes('list_resources_all', { ...meters, field_masks: masks }));
    expect(told).toContain(
      '"spec":{"total":9007199254740993,"parts":[{"id":1234567890123456789},{"id":2}]}}',
    );
  });

  const refused: readonly (readonly [string, object, string])[] = [
    [
      'list_resources_by_namespace',
      { ...namespaces, namespace: 'x' },
      `${callback}resource v1/Namespace is cluster wide. Cannot search for it inside of a namespace`,
    ],
    [
      'list_resources_all',
      { api_version: 'v1', kind: 'Nothing' },
      `${callback}Cannot find resource v1/Nothing`,
    ],
    [
      'list_resources_all',
      { ...configMaps, field_selector: 'data.unit=kg' },
      `${callback}the field selector data.unit=kg is not available offline`,
    ],
    [
      'list_resources_all',
      { ...configMaps, field_selector: 'oops' },
      `${callback}invalid field selector: 'oops'; can't understand 'oops'`,
    ],
    [
      'list_resources_all',
      { ...configMaps, label_selector: 'a b' },
      `${callback}unable to parse requirement: "a b" of the label selector "a b"`,
    ],
    [
      'list_resources_by_namespace',
      configMaps,
      'host error: the request cannot be read: missing field `namespace`',
    ],
    [
      'list_resources_all',
      { ...configMaps, field_masks: 'data' },
      'host error: the request cannot be read: field_masks: Invalid input: expected array, received string',
    ],
  ];
  it.each(refused)('%s %j is refused', async (operation, payload, text) => {
    expect(await tell(kubernetes(operation, payload))).toBe(text);
  });

  it('are an error as long as a part of the input could not be read', async () => {
    const objects = readManifests(manifests, 'a: [');
    expect(await tell(kubernetes('list_resources_all', configMaps), everything, { objects })).toMatch(
      /^host error: Callback evaluation failure: not all objects of the input are known: 1\.yaml:/,
    );
  });
});

describe('single objects', () => {
  const get = (payload: object): Promise<string> =>
    tell(kubernetes('get_resource', { disable_cache: false, ...payload }));

  it.each([
    [{ ...configMaps, name: 'stock', namespace: 'shop' }],
    [{ ...configMaps, name: 'stock', namespace: 'shop', disable_cache: true }],
    [{ ...configMaps, name: 'stock', namespace: 'shop', field_masks: ['data.count'] }],
  ])('%j', async (payload) => {
    expect(JSON.parse(await get(payload))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'stock', namespace: 'shop' },
      data: { count: '3' },
    });
  });

  it('of no namespace are found whatever namespace is named', async () => {
    expect(await get({ ...namespaces, name: 'shop', namespace: 'x' })).toContain('"name":"shop"');
  });

  it.each([
    [
      { ...configMaps, name: 'stock' },
      `${callback}Resource v1/ConfigMap is namespaced, but no namespace was provided`,
    ],
    [
      { ...configMaps, name: 'stock', namespace: 'bank' },
      `${callback}Cannot find v1/ConfigMap named 'stock' inside of namespace 'Some("bank")'`,
    ],
    [
      { ...namespaces, name: 'nowhere', namespace: null },
      `${callback}Cannot find v1/Namespace named 'nowhere' inside of namespace 'None'`,
    ],
    [
      { ...namespaces, name: 'bank', namespace: null },
      `${callback}the Namespace bank is not in the input; give it with --facts`,
    ],
    [{ ...configMaps, namespace: 'shop' }, 'host error: the request cannot be read: missing field `name`'],
    [
      { ...configMaps, name: 'stock', namespace: 'shop', disable_cache: undefined },
      'host error: the request cannot be read: missing field `disable_cache`',
    ],
  ])('%j is refused', async (payload, text) => {
    expect(await get(payload)).toBe(text);
  });
});

describe('what needs more than files', () => {
  const review = {
    subject_access_review: { user: 'ann', resource_attributes: { verb: 'get', resource: 'pods' } },
    disable_cache: false,
  };
  const calls: readonly (readonly [HostCall, string])[] = [
    [kubernetes('can_i', review), 'SubjectAccessReview is not available offline'],
    [
      { namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"localhost"' },
      'the address of localhost is not available offline',
    ],
    [
      { namespace: 'oci', operation: 'v1/manifest_digest', payload: '"busybox"' },
      'the registry of busybox is not available offline',
    ],
    [
      {
        namespace: 'oci',
        operation: 'v2/verify',
        payload: '{"type":"SigstorePubKeyVerify","image":"busybox","pub_keys":[]}',
      },
      'the registry of busybox is not available offline',
    ],
  ];
  it.each(calls)('%j is refused', async (call, text) => {
    expect(await tell(call)).toBe(`${callback}${text}`);
  });

  it('is answered where the network may be used', async () => {
    const call = { namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"127.0.0.1"' };
    expect(await tell(call, everything, { offline: false })).toBe('{"ips":["127.0.0.1"]}');
  });

  it('is an error where there is no such host', async () => {
    const call = { namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"a..b"' };
    expect(await tell(call, everything, { offline: false })).toMatch(
      /^host error: Callback evaluation failure: .*a\.\.b/,
    );
  });

  it('is what a registry says about an image', async () => {
    const images: Pick<ImageRegistry, 'manifestDigest'> = {
      manifestDigest: (image) => Promise.resolve(`sha256:of ${image}`),
    };
    const call = { namespace: 'oci', operation: 'v1/manifest_digest', payload: '"busybox"' };
    expect(await tell(call, everything, { findImageRegistry: () => images as ImageRegistry })).toBe(
      '{"digest":"sha256:of docker.io/library/busybox:latest"}',
    );
  });
});

describe('what a policy may ask', () => {
  const list = kubernetes('list_resources_all', configMaps);
  const denied = (path: string): string =>
    `host error: Policy has not been granted access to the '${path}' host capability. The violation has been reported.`;
  const rows: readonly (readonly [string, HostCall, Partial<ModuleProgram>, string | RegExp])[] = [
    ['nothing by default', list, {}, denied('kubernetes/list_resources_all')],
    [
      'what is granted',
      list,
      { ...everything, hostCapabilities: ['kubernetes/list_resources_all'] },
      /^\{"apiVersion"/,
    ],
    [
      'what a prefix grants',
      list,
      { ...everything, hostCapabilities: ['oci/*', 'kubernetes/*'] },
      /^\{"apiVersion"/,
    ],
    [
      'not what another prefix grants',
      list,
      { ...everything, hostCapabilities: ['oci/*'] },
      denied('kubernetes/list_resources_all'),
    ],
    [
      'not what another version of it grants',
      { namespace: 'oci', operation: 'v2/verify', payload: 'no JSON' },
      { hostCapabilities: ['oci/v1/*'] },
      denied('oci/v2/verify'),
    ],
    [
      'only objects of the types that it was granted',
      list,
      { hostCapabilities: ['*'], contextAwareResources: [{ apiVersion: 'v1', kind: 'Secret' }] },
      'host error: Policy has not been granted access to Kubernetes v1/ConfigMap resources. The violation has been reported.',
    ],
    [
      'of exactly that version',
      kubernetes('get_resource', {
        api_version: 'v1beta1',
        kind: 'ConfigMap',
        name: 'x',
        disable_cache: true,
      }),
      everything,
      'host error: Policy has not been granted access to Kubernetes v1beta1/ConfigMap resources. The violation has been reported.',
    ],
    ['nobody else', { ...list, binding: 'other' }, everything, 'host error: unknown binding: other'],
    [
      'no other namespace',
      { namespace: 'event', operation: 'x', payload: '' },
      everything,
      'host error: unknown namespace: event',
    ],
    [
      'no other operation',
      { namespace: 'net', operation: 'v2/x', payload: '' },
      everything,
      'host error: unknown operation: v2/x',
    ],
    [
      'unless it may not even ask',
      { namespace: 'event', operation: 'x', payload: '' },
      {},
      denied('event/x'),
    ],
    [
      'in JSON',
      { ...list, payload: 'no' },
      everything,
      'host error: the request cannot be read: it is not JSON',
    ],
    [
      'in an object',
      { ...list, payload: '[]' },
      everything,
      'host error: the request cannot be read: it is no JSON object',
    ],
    [
      'with a type that is a text',
      { ...list, payload: '{"api_version":{"toString":null},"kind":"ConfigMap"}' },
      everything,
      'host error: the request cannot be read: api_version: Invalid input: expected string, received object',
    ],
    [
      'with a type',
      { ...list, payload: '{"kind":"ConfigMap"}' },
      everything,
      'host error: the request cannot be read: missing field `api_version`',
    ],
    [
      'to write to the log without a grant',
      { namespace: 'tracing', operation: 'log', payload: '{"level":"info"}' },
      {},
      '',
    ],
    [
      'but nothing else there',
      { namespace: 'tracing', operation: 'trace', payload: '' },
      {},
      'host error: unknown operation: trace',
    ],
  ];
  it.each(rows)('%s', async (_name, call, program, text) => {
    const told = await tell(call, program);
    if (typeof text === 'string') expect(told).toBe(text);
    else expect(told).toMatch(text);
  });
});
