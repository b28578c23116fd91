import { expect, it } from 'vitest';
import { apiVersionPath, collectionPath, objectPath } from '../../../src/kubernetes/paths.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' };

it('writes the paths of the core group and of all others', () => {
  expect(apiVersionPath(pods)).toBe('/api/v1');
  expect(collectionPath(pods, undefined)).toBe('/api/v1/pods');
  expect(collectionPath(pods, 'shop')).toBe('/api/v1/namespaces/shop/pods');
  expect(objectPath(pods, { namespace: 'shop', name: 'web' })).toBe('/api/v1/namespaces/shop/pods/web');
  expect(collectionPath(roles, undefined)).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles');
});

it('keeps a name from becoming another path', () => {
  expect(objectPath(roles, { namespace: undefined, name: 'a/../b?c' })).toBe(
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%2F..%2Fb%3Fc',
  );
});
