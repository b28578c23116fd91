import { describe, expect, it } from 'vitest';
import { OwnerBook } from '../../../src/audit/owners.ts';
import type { AuditedObject } from '../../../src/domain/resource.ts';
import { readOwner } from '../../../src/sources/metadata.ts';
import type { OwnerSource } from '../../../src/sources/source.ts';
import {
  anApiResource,
  anObject,
  anOwner,
  aPolicy,
  deployments,
  pods,
  replicaSets,
} from '../../support/builders.ts';

const apps = anApiResource('example.com/v2/apps', 'App');
const tenants = anApiResource('example.com/v2/tenants', 'Tenant', { namespaced: false });
const nodes = anApiResource('v1/nodes', 'Node', { namespaced: false });
const types = [pods, replicaSets, deployments, apps, tenants, nodes];

const replicaSet = anOwner('apps/v1/ReplicaSet/web-1');
const deployment = anOwner('apps/v1/Deployment/web');
const pod = anObject(pods, 'shop/web-1-a', { owners: [replicaSet] });
const webSet = anObject(replicaSets, 'shop/web-1', { uid: 'uid-web-1', owners: [deployment] });
const web = anObject(deployments, 'shop/web', { uid: 'uid-web' });

/** A cluster with these objects, which counts what it is asked for. */
class Objects implements OwnerSource {
  readonly asked: string[] = [];
  readonly #objects: readonly AuditedObject[];

  constructor(objects: readonly AuditedObject[]) {
    this.#objects = objects;
  }

  find: OwnerSource['find'] = (type, { namespace, name }) => {
    this.asked.push(`${type.resource} ${namespace ?? ''}/${name}`);
    const found = this.#objects.find(
      ({ resource, reference }) =>
        resource === type && reference.namespace === namespace && reference.name === name,
    );
    return Promise.resolve(found && { uid: found.reference.uid, owner: readOwner(found.json) });
  };
}

async function ownerOf(object: AuditedObject, source: OwnerSource, seen: readonly AuditedObject[] = []) {
  const book = new OwnerBook({ source, types });
  for (const one of seen) book.see(one);
  const failed = { policy: aPolicy('p'), result: 'fail', message: '', errorCode: undefined } as const;
  const { reference: subject, resource } = object;
  const report = { subject, groupResource: resource.resource, results: [failed] };
  const { owner } = await book.nameOwner(report, object, new AbortController().signal);
  return owner && `${owner.groupResource}/${owner.name}${owner.isCertain ? '' : ' (?)'}`;
}

const owned = (path: string, owner: string, uid?: string) =>
  anObject(apps, `shop/${path}`, { uid: uid ?? `uid-${path}`, owners: [anOwner(owner)] });

describe('OwnerBook', () => {
  it.each<[string, AuditedObject, readonly AuditedObject[], string | undefined]>([
    ['a Pod of a Deployment', pod, [webSet, web], 'deployments.apps/web'],
    [
      'a chain of custom types',
      pod,
      [
        webSet,
        anObject(deployments, 'shop/web', { uid: 'uid-web', owners: [anOwner('example.com/v1/App/shop')] }),
        owned('shop', 'example.com/v2/Tenant/acme'),
        anObject(tenants, 'acme', { uid: 'uid-acme' }),
      ],
      'tenants.example.com/acme',
    ],
    ['an object without an owner', web, [], undefined],
    [
      'a static Pod, which its Node owns',
      anObject(pods, 'kube-system/etcd', { owners: [anOwner('v1/Node/n1')] }),
      [],
      undefined,
    ],
    [
      'what a static Pod owns',
      owned('x', 'v1/Pod/etcd'),
      [anObject(pods, 'shop/etcd', { owners: [anOwner('v1/Node/n1')], uid: 'uid-etcd' })],
      'pods/etcd',
    ],
    ['a direct owner that is gone', pod, [], 'replicasets.apps/web-1 (?)'],
    ['an owner further up that is gone', pod, [webSet], 'deployments.apps/web (?)'],
    [
      'an owner whose name another object has taken',
      pod,
      [anObject(replicaSets, 'shop/web-1', { uid: 'later' })],
      'replicasets.apps/web-1 (?)',
    ],
    [
      'an owner in another namespace',
      pod,
      [anObject(replicaSets, 'other/web-1', { uid: 'uid-web-1' })],
      'replicasets.apps/web-1 (?)',
    ],
    [
      'a type that nobody serves',
      anObject(pods, 'shop/a', { owners: [anOwner('gone.io/v1/Thing/x')] }),
      [],
      'thing/x (?)',
    ],
    [
      'an owner in a namespace of an object in none',
      anObject(tenants, 'acme', { owners: [deployment] }),
      [],
      'deployments.apps/web (?)',
    ],
    ['an object that owns itself', owned('self', 'example.com/v2/App/self'), [], 'apps.example.com/self (?)'],
    [
      'a circle',
      owned('a', 'example.com/v2/App/b'),
      [owned('b', 'example.com/v2/App/c'), owned('c', 'example.com/v2/App/b')],
      'apps.example.com/b (?)',
    ],
    [
      'a chain of 100',
      owned('n0', 'example.com/v2/App/n1'),
      Array.from({ length: 100 }, (_, n) => owned(`n${n + 1}`, `example.com/v2/App/n${n + 2}`)),
      'apps.example.com/n33 (?)',
    ],
  ])('follows %s', async (_, object, objects, owner) => {
    expect(await ownerOf(object, new Objects(objects))).toBe(owner);
  });

  it('asks nobody about workloads that the audit has seen', async () => {
    const source = new Objects([web]);
    expect(await ownerOf(pod, source, [webSet])).toBe('deployments.apps/web');
    expect(source.asked).toEqual(['deployments shop/web']);
  });

  it('goes by names in files, where UIDs are made up', async () => {
    const origin = { path: 'web.yaml', line: 1, column: 1 };
    const written = { ...webSet, reference: { ...webSet.reference, uid: 'made-up' }, origin };
    expect(await ownerOf(pod, new Objects([web]), [written])).toBe('deployments.apps/web');
  });

  it('names as far as it came where nobody tells how it goes on', async () => {
    expect(await ownerOf(pod, { find: () => Promise.resolve('unknown') })).toBe('replicasets.apps/web-1 (?)');
  });

  it('looks nothing up for an object without findings', async () => {
    const source = new Objects([]);
    const book = new OwnerBook({ source, types });
    const passed = { policy: aPolicy('p'), result: 'pass', message: '', errorCode: undefined } as const;
    const report = { subject: pod.reference, groupResource: 'pods', results: [passed] };
    expect(await book.nameOwner(report, pod, new AbortController().signal)).toBe(report);
    expect(source.asked).toEqual([]);
  });
});
