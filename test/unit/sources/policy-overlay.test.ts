import { describe, expect, it } from 'vitest';
import type { PolicyPair } from '../../../src/domain/comparison.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { formatPolicy, type Policy } from '../../../src/domain/policy.ts';
import { createOverlaidPolicySource, createPairedPolicySource } from '../../../src/sources/policy-overlay.ts';
import type { BrokenPolicy, PolicySource } from '../../../src/sources/source.ts';
import { aPolicy } from '../../support/builders.ts';

const signal = new AbortController().signal;

function sourceOf(policies: readonly Policy[], ...broken: readonly string[]): PolicySource {
  return { list: () => Promise.resolve({ policies, broken: broken.map(aBroken) }) };
}

function aBroken(name: string): BrokenPolicy {
  return { name, error: new AuditError(errorCodes.policyInvalid, `${name} is broken`) };
}

const namespaced = (namespace: string) => aPolicy('x', { kind: 'AdmissionPolicy', namespace });

/** What a policies.yml calls by the id that the controller gives the policy `x`. */
const ofServer: Policy = { ...aPolicy('clusterwide-x'), uniqueName: 'clusterwide-x' };

describe('policies of files over installed ones', () => {
  const overlay = async (installed: PolicySource, files: PolicySource) => {
    const replaced: string[] = [];
    const source = createOverlaidPolicySource({ installed, files }, (policy) => {
      replaced.push(formatPolicy(policy));
    });
    const { policies, broken } = await source.list(signal);
    return {
      policies: policies.map((policy) => `${formatPolicy(policy)} ${policy.origin ?? ''}`),
      broken: broken.map(({ name }) => name),
      replaced,
    };
  };

  it('take the place of those of the same kind, namespace and name, and of no others', async () => {
    const installed = sourceOf([aPolicy('x'), namespaced('a'), namespaced('b')]);
    expect(await overlay(installed, sourceOf([namespaced('a'), aPolicy('y')]))).toEqual({
      policies: [
        'ClusterAdmissionPolicy/x installed',
        'ClusterAdmissionPolicy/y files',
        'AdmissionPolicy/b/x installed',
        'AdmissionPolicy/a/x files',
      ],
      broken: [],
      replaced: ['AdmissionPolicy/a/x'],
    });
  });

  it('are known by the id of a policy server, too', async () => {
    expect((await overlay(sourceOf([aPolicy('x')]), sourceOf([ofServer]))).policies).toEqual([
      'ClusterAdmissionPolicy/clusterwide-x files',
    ]);
  });

  it('take it where either of the two is broken', async () => {
    const name = 'ClusterAdmissionPolicy/x';
    expect(await overlay(sourceOf([aPolicy('x')]), sourceOf([], name))).toEqual({
      policies: [],
      broken: [name],
      replaced: [name],
    });
    expect(await overlay(sourceOf([], name, 'other'), sourceOf([aPolicy('x')]))).toEqual({
      policies: [`${name} files`],
      broken: ['other'],
      replaced: [],
    });
  });
});

describe('policies of files beside the installed ones', () => {
  const pair = async (installed: PolicySource, files: PolicySource) => {
    let pairs: readonly PolicyPair[] = [];
    const source = createPairedPolicySource({ installed, files }, (found) => (pairs = found));
    return { ...(await source.list(signal)), pairs };
  };

  it('are each with its own, both under a name of their own', async () => {
    const { policies, pairs } = await pair(
      sourceOf([aPolicy('x'), aPolicy('elsewhere')]),
      sourceOf([aPolicy('new'), aPolicy('x')]),
    );
    expect(policies.map(({ uniqueName }) => uniqueName)).toEqual([
      'clusterwide-x@installed',
      'clusterwide-new',
      'clusterwide-x',
    ]);
    expect(pairs.map(({ proposed, installed }) => [proposed.name, installed])).toEqual([
      ['new', undefined],
      ['x', policies[0]],
    ]);
  });

  it('are told where the installed one is broken, and others that are broken are not', async () => {
    const { broken, pairs } = await pair(
      sourceOf([], 'ClusterAdmissionPolicy/x', 'ClusterAdmissionPolicy/y'),
      sourceOf([aPolicy('x')]),
    );
    expect(pairs[0]?.installed).toMatchObject({ message: 'ClusterAdmissionPolicy/x is broken' });
    expect(broken.map(({ name }) => name)).toEqual(['ClusterAdmissionPolicy/x']);
  });
});
