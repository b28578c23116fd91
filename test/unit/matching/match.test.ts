import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/domain/policy.ts';
import type { AuditedObject } from '../../../src/domain/resource.ts';
import { createMatcher, type Match } from '../../../src/matching/match.ts';
import { compileConditions } from '../../../src/matching/match-conditions.ts';
import type { PlannedPolicy } from '../../../src/matching/plan.ts';
import { anApiResource, anObject, aPolicy, namespaces, pods } from '../../support/builders.ts';

const production = { matchLabels: { env: 'prod' } };
const nodes = anApiResource('v1/nodes', 'Node', { namespaced: false });

function planned(overrides: Partial<Policy> = {}): PlannedPolicy {
  return {
    policy: aPolicy('p', overrides),
    namespaces: undefined,
    namespacesInDoubt: new Set(),
    isTypeInDoubt: false,
    shunned: 'kubewarden',
  };
}

function match(policy: PlannedPolicy, object: AuditedObject, nameOnly: readonly string[] = []): Match {
  const conditions =
    policy.policy.matchConditions.length === 0 ? undefined : compileConditions(policy.policy);
  return createMatcher(object)(policy, { conditions, nameOnly: new Set(nameOnly) });
}

function matchesObject(policy: PlannedPolicy, object: AuditedObject): boolean {
  const { kind } = match(policy, object);
  expect(['match', 'no-match']).toContain(kind);
  return kind === 'match';
}

describe('a match', () => {
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

describe('a match where a fact is missing', () => {
  const inDoubt = { namespaces: new Set(['shop']), namespacesInDoubt: new Set(['shop']) };
  const shop = { kind: 'unknown', fact: { kind: 'namespace', name: 'shop' } };
  const condition = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] });
  const guess = anApiResource('e.com/v1/widgets', 'Widget', { namespaced: false, isGuess: true });
  const widget = { ...anObject(guess, 'web'), perhapsIn: 'shop' };
  const type = { kind: 'unknown', fact: { kind: 'type', type: guess } };

  it('is unknown in a namespace with unknown labels, unless something else says no', () => {
    const web = anObject(pods, 'shop/web');
    expect(match({ ...planned(), ...inDoubt }, web)).toEqual(shop);
    expect(match({ ...planned({ objectSelector: production }), ...inDoubt }, web).kind).toBe('no-match');
    expect(match({ ...planned(condition('false')), ...inDoubt }, web).kind).toBe('no-match');
    expect(match({ ...planned(condition('true')), ...inDoubt }, web)).toEqual(shop);
    const ignoring = planned({ ...condition('object.nope == 1'), failurePolicy: 'Ignore' });
    expect(match({ ...ignoring, ...inDoubt }, web).kind).toBe('ignored');
  });

  it('is undecided for a condition on a Namespace that is not known, unless another condition is false', () => {
    const web = anObject(pods, 'shop/web');
    const reads = `namespaceObject.metadata.labels.env == 'prod'`;
    expect(match(planned(condition(reads)), web, ['shop'])).toEqual({
      kind: 'undecided',
      why: 'matchConditions "c": reads namespaceObject',
      fact: { kind: 'namespace', name: 'shop' },
    });
    expect(match(planned(condition(`${reads} && false`)), web, ['shop']).kind).toBe('no-match');
    const both = [...condition(reads).matchConditions, { name: 'd', expression: 'false' }];
    expect(match(planned({ matchConditions: both }), web, ['shop']).kind).toBe('no-match');
    const user = { name: 'u', expression: `request.userInfo.username == 'x' || object.kind == 'Pod'` };
    expect(match(planned({ matchConditions: [user] }), web, ['shop']).kind).toBe('match');
  });

  it('sees null for a Namespace that is known, as the conditions of webhooks do', () => {
    const web = anObject(pods, 'shop/web');
    expect(match(planned(condition('namespaceObject == null')), web).kind).toBe('match');
    expect(match(planned(condition('namespaceObject.metadata.name == "shop"')), web).kind).toBe('error');
  });

  it('is unknown where it is not known whether the rules mean the type', () => {
    const policy = { ...planned(), isTypeInDoubt: true };
    expect(match(policy, widget)).toEqual(type);
    expect(match({ ...policy, ...planned({ objectSelector: production }) }, widget).kind).toBe('no-match');
    expect(match({ ...planned(condition('false')), isTypeInDoubt: true }, widget).kind).toBe('no-match');
  });

  it('depends on the namespace of an object that may have none', () => {
    expect(match(planned(), widget).kind).toBe('match');
    expect(match({ ...planned(), namespaces: new Set(['bank']) }, widget)).toEqual(type);
    expect(match({ ...planned(), namespaces: new Set(['shop']) }, widget).kind).toBe('match');
    expect(match({ ...planned(), ...inDoubt }, widget)).toEqual(type);
    const owned = planned({ kind: 'AdmissionPolicy', namespace: 'shop' });
    expect(match({ ...owned, namespaces: new Set(['shop']) }, widget)).toEqual(type);
    const others = planned({ kind: 'AdmissionPolicy', namespace: 'bank' });
    expect(match({ ...others, namespaces: new Set(['bank']) }, widget).kind).toBe('no-match');
  });

  it('decides conditions on a guess only where they would be decided for whatever it is', () => {
    const decide = (expression: string) => match(planned(condition(expression)), widget);
    expect(decide(`request.resource.group == 'e.com' && object.metadata.name == 'web'`).kind).toBe('match');
    expect(decide(`request.resource.resource == 'pods'`)).toMatchObject({
      kind: 'undecided',
      fact: type.fact,
    });
    expect(decide(`request.resource == {'group': 'x'}`)).toMatchObject({
      kind: 'undecided',
      fact: type.fact,
    });
    expect(decide('has(request.namespace)')).toEqual(type);
    expect(decide(`has(object.metadata.namespace) && object.metadata.namespace == 'shop'`)).toEqual(type);
    expect(decide(`!has(request.namespace) || request.namespace == 'shop'`).kind).toBe('match');
  });
});
