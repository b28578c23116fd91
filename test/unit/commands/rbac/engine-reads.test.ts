import { describe, expect, it } from 'vitest';
import { findEngineReads } from '../../../../src/commands/rbac/engine-reads.ts';
import type { ContextAwareResource, Policy, PolicyExecution } from '../../../../src/domain/policy.ts';
import type { ReferredObject } from '../../../../src/sources/source.ts';
import { anApiResource, aPlan, aPolicy, deployments, pods, services } from '../../../support/builders.ts';

const pull: ReferredObject = { resource: 'secrets', name: 'pull' };
const signatures: ReferredObject = { resource: 'configmaps', name: 'signatures' };

function use(...contextAwareResources: readonly ContextAwareResource[]) {
  return {
    module: 'file:///policy.wasm',
    settings: {},
    contextAwareResources,
    hostCapabilities: ['*'],
    timeoutEvalSeconds: undefined,
  };
}

function granted(...types: readonly ContextAwareResource[]): { execution: PolicyExecution } {
  return { execution: { kind: 'single', ...use(...types) } };
}

const pod = { apiVersion: 'v1', kind: 'Pod' };
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };
const resources = [pods, services, deployments, anApiResource('v2/pods', 'Pod')];

function reads(policies: readonly Policy[], references?: ReadonlyMap<string, readonly ReferredObject[]>) {
  const plan = aPlan(policies, { resources });
  return findEngineReads({ plan, api: { resources, failures: [] }, references });
}

describe('what the engine reads', () => {
  it('are the types that audited policies and members of groups were granted, each once, in that version', () => {
    const group: PolicyExecution = {
      kind: 'group',
      members: { one: use(pod), two: use(deployment) },
      expression: 'one() && two()',
      message: 'no',
    };
    const found = reads([
      aPolicy('single', granted(pod, { apiVersion: 'example.com/v1', kind: 'Nothing' })),
      aPolicy('group', { kind: 'ClusterAdmissionPolicyGroup', execution: group }),
      aPolicy('off', { backgroundAudit: false, ...granted({ apiVersion: 'v1', kind: 'Service' }) }),
      aPolicy('without a module'),
    ]);
    expect(found).toEqual({ types: [pods, deployments], objects: [] });
  });

  it('are what the PolicyServers of audited policies refer to, each once', () => {
    const references = new Map([
      ['default', [pull, signatures]],
      ['other', [pull]],
      ['unused', [{ resource: 'secrets', name: 'else' }] as const],
    ]);
    const policies = [
      aPolicy('a'),
      aPolicy('b', { policyServer: 'other' }),
      aPolicy('c', { policyServer: 'nowhere' }),
      aPolicy('off', { backgroundAudit: false, policyServer: 'unused' }),
    ];
    expect(reads(policies, references).objects).toEqual([pull, signatures]);
    expect(reads(policies).objects).toEqual([]);
  });

  it('are unknown without the policies', () => {
    const api = { resources, failures: [] };
    expect(findEngineReads({ plan: undefined, api, references: new Map([['default', [pull]]]) })).toEqual({
      types: [],
      objects: [],
    });
  });
});
