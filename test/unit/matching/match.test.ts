import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/domain/policy.ts';
import { matchesObject } from '../../../src/matching/match.ts';
import { anApiResource, anObject, aPolicy, namespaces, pods } from '../../support/builders.ts';

const production = { matchLabels: { env: 'prod' } };
const nodes = anApiResource('v1/nodes', 'Node', { namespaced: false });

function planned(overrides: Partial<Policy> = {}, shunned: string | undefined = 'kubewarden') {
  return { policy: aPolicy('p', overrides), namespaces: undefined, shunned };
}

describe('matchesObject', () => {
  it('goes by the own labels of a Namespace', () => {
    const policy = planned({ namespaceSelector: production });
    expect(matchesObject(policy, anObject(namespaces, 'shop', { labels: { env: 'prod' } }))).toBe(true);
    expect(matchesObject(policy, anObject(namespaces, 'shop'))).toBe(false);
  });

  it('knows the label that every Namespace gets', () => {
    const byName = { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } };
    expect(matchesObject(planned({ namespaceSelector: byName }), anObject(namespaces, 'shop'))).toBe(true);
    expect(matchesObject(planned({ namespaceSelector: byName }), anObject(namespaces, 'bank'))).toBe(false);
    expect(matchesObject(planned({ objectSelector: byName }), anObject(namespaces, 'shop'))).toBe(true);
  });

  it('applies no namespaceSelector to other cluster-scoped objects', () => {
    expect(matchesObject(planned({ namespaceSelector: production }), anObject(nodes, 'worker'))).toBe(true);
  });

  it('leaves out the namespace of Kubewarden itself, unless the policy applies there', () => {
    const own = anObject(namespaces, 'kubewarden');
    expect(matchesObject(planned(), own)).toBe(false);
    expect(matchesObject({ ...planned(), shunned: undefined }, own)).toBe(true);
  });

  it('wants both selectors to match', () => {
    const policy = { ...planned({ objectSelector: production }), namespaces: new Set(['a']) };
    expect(matchesObject(policy, anObject(pods, 'a/web', { labels: { env: 'prod' } }))).toBe(true);
    expect(matchesObject(policy, anObject(pods, 'a/web'))).toBe(false);
    expect(matchesObject(policy, anObject(pods, 'b/web', { labels: { env: 'prod' } }))).toBe(false);
  });
});
