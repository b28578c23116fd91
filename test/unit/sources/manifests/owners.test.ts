import { describe, expect, it } from 'vitest';
import type { AuditedObject } from '../../../../src/domain/resource.ts';
import { createManifestSources } from '../../../../src/sources/manifests/sources.ts';
import { anObject, anOwner, deployments, replicaSets } from '../../../support/builders.ts';

const set = anObject(replicaSets, 'shop/web-1', { owners: [anOwner('apps/v1/Deployment/web')] });
const older = anObject(replicaSets, 'shop/web-1');
const web = anObject(deployments, 'shop/web');

function ownersAmong(objects: readonly AuditedObject[], facts: readonly AuditedObject[] = []) {
  const byType = (all: readonly AuditedObject[]) =>
    Map.groupBy(all, ({ resource }) => `${resource.resource}.${resource.group}`);
  const manifests = { types: [], namespaces: [], unread: [], notices: [] };
  const input = { objects: objects.length, leftOut: [], warnings: [] };
  const { owners } = createManifestSources(() =>
    Promise.resolve({ ...manifests, input, objects: byType(objects), facts: byType(facts) }),
  );
  return (name: string) =>
    owners.find(replicaSets, { namespace: 'shop', name }, new AbortController().signal);
}

const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-web' };

describe('owners in files', () => {
  it.each([
    ['in the input', [set, web], []],
    ['among the facts', [], [set]],
    ['in the input, which wins over the facts', [set], [older]],
  ])('are found by their name %s', async (_, objects, facts) => {
    expect(await ownersAmong(objects, facts)('web-1')).toEqual({ uid: '', owner });
  });

  it('are gone where nothing has their name', async () => {
    expect(await ownersAmong([set, web])('web-2')).toBeUndefined();
  });
});
