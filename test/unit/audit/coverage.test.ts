import { beforeEach, describe, expect, it } from 'vitest';
import { runAudit } from '../../../src/audit/audit.ts';
import type { AuditOutcome } from '../../../src/domain/audit.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { anObject, aPolicy, aRule, deployments, namespaces, pods } from '../../support/builders.ts';
import { aRequest, FakeCluster } from '../../support/fakes.ts';

const forbidden = new AuditError(errorCodes.listForbidden, 'not allowed');
const broken = new AuditError(errorCodes.listFailed, 'cut off');
const late = new AuditError(errorCodes.evaluationTimeout, 'no answer in time');
const podPolicy = aPolicy('on-pods');
const bothPolicy = aPolicy('on-both', { rules: [aRule('v1/pods'), aRule('apps/v1/deployments')] });

let cluster: FakeCluster;

/** Two namespaces with a Pod and a Deployment each; policy `on-pods` has 2 cells, `on-both` 4. */
beforeEach(() => {
  cluster = new FakeCluster();
  cluster.resources = [pods, deployments, namespaces];
  cluster.namespaces = ['blue', 'green'].map((name) => ({ name, labels: { color: name } }));
  cluster.policies = [podPolicy, bothPolicy];
  cluster.objects = [pods, deployments].flatMap((type) =>
    ['blue/a', 'green/a'].map((path) => anObject(type, path, { uid: `${type.resource}-${path}` })),
  );
});

async function audit(overrides: Parameters<typeof aRequest>[0] = {}): Promise<AuditOutcome> {
  const { signal } = new AbortController();
  return runAudit(cluster.ports(), aRequest(overrides), { stop: signal, abort: signal });
}

describe('the cells of an audit', () => {
  it('are all scanned where nothing went wrong', async () => {
    const { coverage, complete } = await audit();
    expect(complete).toBe(true);
    expect(coverage).toMatchObject({
      cells: { scanned: 6, partial: 0, failed: 0, empty: 0, skipped: 0 },
      types: 2,
      namespaces: 2,
      gaps: [],
      skipped: [],
    });
  });

  it('fail where a type could not be listed, for each policy on it', async () => {
    cluster.listFailure = ({ resource }) => (resource === pods ? broken : undefined);
    cluster.objects = cluster.objects.filter(({ resource }) => resource !== pods);
    const { coverage, complete } = await audit();
    expect(complete).toBe(false);
    expect(coverage.cells).toEqual({ scanned: 2, partial: 0, failed: 4, empty: 0, skipped: 0 });
    expect(coverage.gaps).toEqual([
      {
        state: 'failed',
        policies: ['ClusterAdmissionPolicy/on-pods', 'ClusterAdmissionPolicy/on-both'],
        resource: 'pods',
        namespace: undefined,
        code: 'AS-3103',
        reason: 'cut off',
        missing: undefined,
      },
    ]);
  });

  it('are partial where a list broke after some objects', async () => {
    cluster.listFailure = ({ resource }) => (resource === pods ? broken : undefined);
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 2, partial: 4, failed: 0, empty: 0, skipped: 0 });
    expect(coverage.gaps).toMatchObject([{ state: 'partial', resource: 'pods', code: 'AS-3103' }]);
  });

  it('fail in the one namespace whose list is forbidden, when the others make up for the whole', async () => {
    cluster.listFailure = ({ resource, namespace }) =>
      resource === pods && namespace !== 'green' ? forbidden : undefined;
    cluster.objects = cluster.objects.filter(
      ({ resource, reference }) => resource !== pods || reference.namespace === 'green',
    );
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 4, partial: 0, failed: 2, empty: 0, skipped: 0 });
    expect(coverage.gaps).toMatchObject([{ state: 'failed', resource: 'pods', namespace: 'blue' }]);
  });

  it('are partial where some evaluations have no answer, and say how many', async () => {
    cluster.objects.splice(1, 0, anObject(pods, 'blue/b', { uid: 'pods-blue/b' }));
    cluster.answer = (policy, { reference }) =>
      policy === bothPolicy && reference.name === 'b'
        ? { verdict: 'errored', error: late }
        : { verdict: 'allowed' };
    const { coverage, complete } = await audit();
    expect(complete).toBe(false);
    expect(coverage.cells).toEqual({ scanned: 5, partial: 1, failed: 0, empty: 0, skipped: 0 });
    expect(coverage.gaps).toEqual([
      {
        state: 'partial',
        policies: ['ClusterAdmissionPolicy/on-both'],
        resource: 'pods',
        namespace: 'blue',
        code: 'AS-4103',
        reason: 'no answer in time',
        missing: 1,
      },
    ]);
  });

  it('fail where a policy got no answer at all', async () => {
    cluster.answer = (policy) =>
      policy === podPolicy ? { verdict: 'errored', error: late } : { verdict: 'allowed' };
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 4, partial: 0, failed: 2, empty: 0, skipped: 0 });
    expect(coverage.gaps).toMatchObject([{ state: 'failed', namespace: undefined, missing: 2 }]);
  });

  it('fail in the namespaces without an answer, though the policy answered elsewhere', async () => {
    cluster.answer = (policy, { reference }) =>
      policy === podPolicy && reference.namespace === 'blue'
        ? { verdict: 'errored', error: late }
        : { verdict: 'allowed' };
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 5, partial: 0, failed: 1, empty: 0, skipped: 0 });
  });

  it('are empty where nothing concerns the policy, and do not count as looked at', async () => {
    cluster.namespaces.push({ name: 'bare', labels: {} });
    cluster.policies = [
      bothPolicy,
      aPolicy('on-labels', { objectSelector: { matchLabels: { app: 'none' } } }),
    ];
    cluster.answer = () => ({ verdict: 'errored', error: late });
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 0, partial: 0, failed: 4, empty: 5, skipped: 0 });
  });

  it('without an object fail too where the list broke before its end: there may be one', async () => {
    cluster.namespaces.push({ name: 'bare', labels: {} });
    cluster.policies = [podPolicy];
    cluster.listFailure = ({ resource }) => (resource === pods ? broken : undefined);
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 0, partial: 2, failed: 1, empty: 0, skipped: 0 });
  });

  it('fail for a policy that cannot be asked, which is reported once', async () => {
    const error = new AuditError(errorCodes.policyServerUnresolved, 'no server');
    cluster.unprepared.set(bothPolicy.uniqueName, error);
    cluster.answer = (policy) =>
      policy === bothPolicy ? { verdict: 'errored', error } : { verdict: 'allowed' };
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 2, partial: 0, failed: 4, empty: 0, skipped: 0 });
    expect(coverage.gaps).toMatchObject([{ state: 'failed', resource: undefined, reason: 'no server' }]);
  });

  it('count one for a policy that cannot be read', async () => {
    const error = new AuditError(errorCodes.policyInvalid, 'no rules');
    cluster.broken = [{ name: 'ClusterAdmissionPolicy/odd', error }];
    const { coverage, complete } = await audit();
    expect(complete).toBe(false);
    expect(coverage.cells).toEqual({ scanned: 6, partial: 0, failed: 1, empty: 0, skipped: 0 });
  });

  it('are partial where a report could not be stored', async () => {
    const error = new AuditError(errorCodes.reportWriteFailed, 'refused');
    cluster.writeFailure = ({ subject }) =>
      subject.kind === 'Deployment' && subject.namespace === 'blue' ? error : undefined;
    const { coverage } = await audit();
    expect(coverage.cells).toEqual({ scanned: 5, partial: 1, failed: 0, empty: 0, skipped: 0 });
    expect(coverage.gaps).toMatchObject([{ resource: 'deployments.apps', namespace: 'blue', missing: 1 }]);
  });

  it('are skipped by the settings of the policy and of the run, with the reason', async () => {
    cluster.policies = [
      podPolicy,
      aPolicy('off', { backgroundAudit: false }),
      aPolicy('blue-only', { namespaceSelector: { matchLabels: { color: 'blue' } } }),
      aPolicy('unwanted'),
    ];
    cluster.namespaces.push({ name: 'system', labels: {} });
    const { coverage } = await audit({
      ignoreNamespaces: ['system', 'missing'],
      acceptsPolicy: ({ name }) => name !== 'unwanted',
    });
    expect(coverage.cells).toEqual({ scanned: 3, partial: 0, failed: 0, empty: 0, skipped: 3 });
    expect(coverage.ignoredNamespaces).toEqual(['system']);
    expect(coverage.skipped.map(({ policy, reason }) => [policy, reason])).toEqual([
      ['ClusterAdmissionPolicy/off', 'backgroundAudit: false'],
      ['ClusterAdmissionPolicy/blue-only', 'its namespaceSelector does not match'],
      ['ClusterAdmissionPolicy/unwanted', 'left out by the flags of this scan'],
    ]);
  });

  it('fail after a stop', async () => {
    const stop = new AbortController();
    cluster.answer = () => {
      stop.abort();
      return { verdict: 'allowed' };
    };
    const request = aRequest({ limits: { evaluations: 1, namespaces: 1, resources: 1, policies: 1 } });
    const { coverage, complete } = await runAudit(cluster.ports(), request, {
      stop: stop.signal,
      abort: new AbortController().signal,
    });
    expect(complete).toBe(false);
    expect(coverage.gaps.map(({ code }) => code)).toContain('AS-1003');
    expect(coverage.cells.failed + coverage.cells.partial).toBeGreaterThan(0);
  });
});

describe('policies that a policy server could not start', () => {
  const error = new AuditError(errorCodes.policySettingsInvalid, 'Policy settings are invalid: no labels');

  it('are not audited, as where they are evaluated here', async () => {
    cluster.answer = (policy) =>
      policy === podPolicy ? { verdict: 'errored', error } : { verdict: 'allowed' };
    const remote = await audit();
    cluster.unprepared.set(podPolicy.uniqueName, error);
    const embedded = await audit();
    for (const { policies, complete } of [remote, embedded]) {
      expect(policies.map(({ state, reason }) => [state, reason])).toEqual([
        ['errored', error.message],
        ['audited', undefined],
      ]);
      expect(complete).toBe(false);
    }
    expect(remote.totals).toEqual(embedded.totals);
    expect(remote.coverage.cells).toEqual(embedded.coverage.cells);
  });

  it('are audited where another replica could', async () => {
    cluster.answer = (policy, { reference }) =>
      policy === podPolicy && reference.namespace === 'blue'
        ? { verdict: 'errored', error }
        : { verdict: 'allowed' };
    const { policies } = await audit();
    expect(policies.map(({ state }) => state)).toEqual(['audited', 'audited']);
  });
});

describe('policies that a policy server knows by the same name', () => {
  it('fail, both of them, because nobody can tell whose verdict it would be (W44)', async () => {
    const policy = aPolicy('group-x');
    const group = aPolicy('x', { kind: 'ClusterAdmissionPolicyGroup' });
    expect(policy.uniqueName).toBe(group.uniqueName);
    cluster.policies = [policy, group, podPolicy];
    const asked = new Set<string>();
    cluster.answer = ({ name }) => {
      asked.add(name);
      return { verdict: 'allowed' };
    };
    const { policies, complete, coverage } = await audit();
    expect(complete).toBe(false);
    expect([...asked]).toEqual(['on-pods']);
    expect(policies.map(({ state }) => state)).toEqual(['errored', 'errored', 'audited']);
    expect(policies[0]?.reason).toContain('ClusterAdmissionPolicyGroup/x');
    expect(coverage.gaps.map(({ policies: [name] }) => name)).toEqual([
      'ClusterAdmissionPolicy/group-x',
      'ClusterAdmissionPolicyGroup/x',
    ]);
  });

  it('does not matter while one of them is not active', async () => {
    cluster.policies = [
      aPolicy('group-x'),
      aPolicy('x', { kind: 'ClusterAdmissionPolicyGroup', status: 'pending' }),
    ];
    const { complete } = await audit();
    expect(complete).toBe(true);
  });
});
