import { describe, expect, it } from 'vitest';
import { runAudit } from '../../../src/audit/audit.ts';
import type { AuditRequest } from '../../../src/audit/ports.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import {
  anObject,
  aPolicy,
  aRule,
  deployments,
  hpaV1,
  hpaV2,
  namespaces,
  pods,
  services,
} from '../../support/builders.ts';
import { aRequest, FakeCluster } from '../../support/fakes.ts';

const forbidden = new AuditError(errorCodes.listForbidden, 'forbidden');
const broken = new AuditError(errorCodes.listFailed, 'the connection was reset');

function aCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.resources = [pods, services, namespaces, deployments, hpaV2, hpaV1];
  cluster.namespaces = [
    { name: 'a', labels: {} },
    { name: 'b', labels: { env: 'prod' } },
  ];
  cluster.policies = [aPolicy('pods')];
  cluster.objects = [anObject(pods, 'a/one'), anObject(pods, 'a/two'), anObject(pods, 'b/three')];
  return cluster;
}

async function audit(cluster: FakeCluster, overrides: Partial<AuditRequest> = {}) {
  const never = new AbortController().signal;
  return runAudit(cluster.ports(), aRequest(overrides), { stop: never, abort: never });
}

function rows(reports: readonly ResourceReport[]) {
  return reports
    .map(({ subject, results }) => [
      `${subject.namespace ?? ''}/${subject.name}`,
      ...results.map(({ policy, result }) => `${policy.name}=${result}`),
    ])
    .sort();
}

describe('runAudit', () => {
  it('writes one report per object with the answers of its policies, in a stable order (W27)', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('z-last'),
      aPolicy('prod-only', { namespaceSelector: { matchLabels: { env: 'prod' } } }),
      aPolicy('labelled', { objectSelector: { matchLabels: { app: 'x' } } }),
      aPolicy('own', { kind: 'AdmissionPolicy', namespace: 'a' }),
    ];
    cluster.objects = [anObject(pods, 'a/one', { labels: { app: 'x' } }), anObject(pods, 'b/two')];
    cluster.answer = (policy) =>
      policy.name === 'own' ? { verdict: 'denied', message: 'no' } : { verdict: 'allowed' };

    const outcome = await audit(cluster);
    expect(rows(cluster.written)).toEqual([
      ['a/one', 'labelled=pass', 'z-last=pass', 'own=fail'],
      ['b/two', 'prod-only=pass', 'z-last=pass'],
    ]);
    expect(outcome).toMatchObject({
      complete: true,
      interrupted: false,
      totals: {
        resources: 2,
        evaluations: 5,
        results: { pass: 4, fail: 1, error: 0 },
        failBySeverity: { unset: 1 },
      },
    });
    expect(cluster.lists).toEqual(['v1/pods']);
  });

  it('asks the policies about one object side by side, cluster-scoped or not (W24)', async () => {
    const cluster = aCluster();
    const targets = [aRule('v1/namespaces'), aRule('v1/pods')];
    cluster.policies = ['p', 'q', 'r'].map((name) => aPolicy(name, { rules: targets }));
    cluster.namespaces = [{ name: 'a', labels: {} }];
    cluster.objects = [anObject(namespaces, 'a'), anObject(pods, 'a/one')];
    const waiting = new Map<string, (() => void)[]>();
    // Nobody is answered before all three have been asked about the same object.
    cluster.answer = async (_policy, { reference: { uid } }) => {
      const asked = waiting.get(uid) ?? [];
      waiting.set(uid, asked);
      await new Promise<void>((resolve) => {
        asked.push(resolve);
        if (asked.length === 3) for (const answer of asked) answer();
      });
      return { verdict: 'allowed' };
    };
    const outcome = await audit(cluster);
    expect(outcome).toMatchObject({ complete: true });
    expect(rows(cluster.written)).toEqual([
      ['/a', 'p=pass', 'q=pass', 'r=pass'],
      ['a/one', 'p=pass', 'q=pass', 'r=pass'],
    ]);
  });

  it('keeps each of several failures that happen side by side (W33)', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('p', { rules: [aRule('v1/pods'), aRule('v1/services'), aRule('apps/v1/deployments')] }),
    ];
    cluster.listFailure = ({ resource }) =>
      resource === services ? undefined : resource === pods ? broken : late;
    cluster.writeFailure = () => new AuditError(errorCodes.reportWriteFailed, 'refused');
    const late = new AuditError(errorCodes.listFailed, 'no answer in time');
    cluster.objects = [anObject(services, 'a/front')];
    const { incidents } = await audit(cluster);
    expect(incidents.map(({ error, scope }) => `${error.message}: ${scope.resource}`).sort()).toEqual([
      'no answer in time: deployments.apps',
      'refused: services',
      'the connection was reset: pods',
    ]);
  });

  it('keeps a verdict in doubt, and is not complete', async () => {
    const cluster = aCluster();
    const doubt = new AuditError(errorCodes.verdictDoubtful, 'the verdicts may be wrong');
    cluster.answer = (_, { reference }) => ({
      verdict: 'allowed',
      ...(reference.namespace === 'a' && { doubt }),
    });
    const outcome = await audit(cluster);
    expect(rows(cluster.written)).toEqual([
      ['a/one', 'pods=pass'],
      ['a/two', 'pods=pass'],
      ['b/three', 'pods=pass'],
    ]);
    expect(outcome.complete).toBe(false);
    expect(outcome.incidents).toEqual([
      { error: doubt, scope: { policy: 'ClusterAdmissionPolicy/pods' }, count: 2 },
    ]);
    expect(outcome.coverage).toMatchObject({
      cells: { scanned: 1, partial: 1 },
      gaps: [{ code: 'AS-4410', namespace: 'a', missing: 2 }],
    });
  });

  it('writes no report for an object that no policy matches (W20)', async () => {
    const cluster = aCluster();
    cluster.policies = [aPolicy('p', { objectSelector: { matchLabels: { app: 'x' } } })];
    const outcome = await audit(cluster);
    expect(cluster.written).toEqual([]);
    expect(outcome.totals.resources).toBe(3);
  });

  it('asks each policy about its own version and joins the answers into one report (W6)', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('old', { rules: [aRule('autoscaling/v1/horizontalpodautoscalers')] }),
      aPolicy('new', { rules: [aRule('autoscaling/v2/horizontalpodautoscalers')] }),
    ];
    cluster.objects = [hpaV1, hpaV2].flatMap((version) => [
      anObject(version, 'a-b/x', { uid: 'u0' }),
      anObject(version, 'a/x', { uid: 'u1' }),
      anObject(version, 'a/y', { uid: 'u2' }),
    ]);
    cluster.objects.splice(5, 1); // `a/y` was deleted between the two lists
    cluster.namespaces.push({ name: 'a-b', labels: {} });
    const asked: string[] = [];
    cluster.answer = (policy, object) => {
      asked.push(`${policy.name} ${object.reference.apiVersion}`);
      return { verdict: 'allowed' };
    };
    await audit(cluster);
    expect(rows(cluster.written)).toEqual([
      ['a-b/x', 'new=pass', 'old=pass'],
      ['a/x', 'new=pass', 'old=pass'],
      ['a/y', 'old=pass'],
    ]);
    expect(new Set(asked)).toEqual(new Set(['old autoscaling/v1', 'new autoscaling/v2']));
  });

  it('fails the list instead of splitting objects when versions are not listed in order', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('old', { rules: [aRule('autoscaling/v1/horizontalpodautoscalers')] }),
      aPolicy('new', { rules: [aRule('autoscaling/v2/horizontalpodautoscalers')] }),
    ];
    cluster.objects = [
      anObject(hpaV1, 'a/y'),
      anObject(hpaV1, 'a/x'),
      anObject(hpaV2, 'a/x'),
      anObject(hpaV2, 'a/y'),
    ];
    const outcome = await audit(cluster);
    expect(outcome.complete).toBe(false);
    expect(outcome.incidents[0]?.error.message).toContain(
      'did not list horizontalpodautoscalers in the order',
    );
  });

  it('falls back to one list per namespace where the cluster-wide one is forbidden', async () => {
    const cluster = aCluster();
    cluster.listFailure = ({ namespace }) => (namespace === 'b' ? undefined : forbidden);
    const everythingHidden = cluster.objects;
    cluster.objects = everythingHidden.filter(({ reference }) => reference.namespace === 'b');
    const outcome = await audit(cluster);
    expect(cluster.lists).toEqual(['v1/pods', 'v1/pods in a', 'v1/pods in b']);
    expect(outcome.incidents.map(({ error, scope }) => [error.code, scope])).toEqual([
      [errorCodes.listForbidden, { resource: 'pods', namespace: 'a' }],
    ]);
  });

  it('ignores namespaces, and leaves objects of namespaces that appeared meanwhile for the next run', async () => {
    const cluster = aCluster();
    cluster.objects.push(anObject(pods, 'new/one'));
    await audit(cluster, { ignoreNamespaces: ['a'] });
    expect(rows(cluster.written)).toEqual([['b/three', 'pods=pass']]);
  });

  it('looks into the namespace of Kubewarden only for policies that apply there', async () => {
    const cluster = aCluster();
    const kubewardenNamespace = 'a';
    await audit(cluster, { kubewardenNamespace });
    expect(rows(cluster.written)).toEqual([['b/three', 'pods=pass']]);

    const inside = aCluster();
    inside.policies.push(aPolicy('inside', { allowInsideAdmissionControllerNamespace: true }));
    inside.policies.push(aPolicy('ns', { rules: [aRule('v1/namespaces')] }));
    inside.objects.push(anObject(namespaces, 'a'), anObject(namespaces, 'b'));
    const { coverage } = await audit(inside, { kubewardenNamespace });
    expect(rows(inside.written)).toEqual([
      ['/b', 'ns=pass'],
      ['a/one', 'inside=pass'],
      ['a/two', 'inside=pass'],
      ['b/three', 'inside=pass', 'pods=pass'],
    ]);
    expect(coverage.skipped).toEqual([
      {
        policy: 'ClusterAdmissionPolicy/pods',
        reason: 'it does not apply in the namespace of Kubewarden',
        resource: 'pods',
        namespaces: 1,
        names: ['a'],
      },
    ]);
  });

  it('asks only where the match conditions hold, and says where they cannot be decided', async () => {
    const cluster = aCluster();
    const conditional = (name: string, expression: string, failurePolicy: 'Fail' | 'Ignore' = 'Fail') =>
      aPolicy(name, { matchConditions: [{ name: 'only', expression }], failurePolicy });
    cluster.policies = [
      conditional('one', `object.metadata.name == 'one'`),
      conditional('fails', 'object.nope == 1'),
      conditional('ignores', 'object.nope == 1', 'Ignore'),
      conditional('by-user', `request.userInfo.username == 'me' && object.metadata.namespace == 'b'`),
    ];
    const asked: string[] = [];
    cluster.answer = (policy, { reference }) => {
      asked.push(`${policy.name} ${reference.name}`);
      return { verdict: 'allowed' };
    };
    const { complete, coverage, evaluationFailures } = await audit(cluster);
    expect(asked.sort()).toEqual(['by-user three', 'one one']);
    expect(rows(cluster.written)).toEqual([
      ['a/one', 'fails=error', 'one=pass'],
      ['a/two', 'fails=error'],
      ['b/three', 'by-user=pass', 'fails=error'],
    ]);
    expect(complete).toBe(false);
    expect(evaluationFailures).toMatchObject([{ code: errorCodes.matchConditionFailed, count: 3 }]);
    expect(coverage.skipped.map(({ policy, reason }) => [policy, reason])).toEqual([
      [
        'ClusterAdmissionPolicy/by-user',
        'matchConditions "only" reads request.userInfo: where it cannot be decided, the policy is asked',
      ],
      [
        'ClusterAdmissionPolicy/ignores',
        'matchConditions "only": field not found: nope: failurePolicy Ignore, the policy is not asked',
      ],
    ]);
  });

  it('scans a named namespace even when it is ignored, and refuses one that does not exist', async () => {
    const cluster = aCluster();
    cluster.policies.push(aPolicy('ns', { rules: [aRule('v1/namespaces')] }));
    await audit(cluster, { scope: { cluster: false, namespaces: ['a'] }, ignoreNamespaces: ['a'] });
    expect(cluster.lists).toEqual(['v1/pods in a']);
    await expect(
      audit(aCluster(), { scope: { cluster: false, namespaces: ['paymets'] } }),
    ).rejects.toMatchObject({
      code: errorCodes.namespaceNotFound,
      message: 'namespace "paymets" does not exist',
    });
  });

  it('turns an evaluation without an answer into an error result and an incomplete run', async () => {
    const cluster = aCluster();
    const error = new AuditError(
      errorCodes.policyServerUnreachable,
      'policy server "default" refused the connection',
    );
    cluster.answer = () => ({ verdict: 'errored', error });
    const outcome = await audit(cluster);
    expect(rows(cluster.written)[0]).toEqual(['a/one', 'pods=error']);
    expect(cluster.written[0]?.results[0]?.message).toBe(error.message);
    expect(outcome).toMatchObject({
      complete: false,
      evaluationFailures: [{ code: errorCodes.policyServerUnreachable, count: 3, message: error.message }],
    });
  });
});

describe('stale reports', () => {
  const gone = anObject(pods, 'a/gone').reference;
  const goneService = anObject(services, 'a/gone-service').reference;
  const goneInB = anObject(pods, 'b/gone-b').reference;

  it('are deleted after a run that saw everything, whichever scanner wrote them (W37)', async () => {
    const cluster = aCluster();
    cluster.storedBefore = [gone, goneService, goneInB, ...cluster.objects.map(({ reference }) => reference)];
    await audit(cluster);
    expect(cluster.deleted).toEqual([gone.uid, goneService.uid, goneInB.uid]);
  });

  it('stay where a list failed (W3)', async () => {
    const cluster = aCluster();
    cluster.storedBefore = [gone, goneService];
    cluster.listFailure = () => broken;
    const outcome = await audit(cluster);
    expect(cluster.deleted).toEqual([goneService.uid]);
    expect(outcome).toMatchObject({
      complete: false,
      incidents: [{ error: broken, scope: { resource: 'pods' } }],
    });
  });

  it('stay in the namespace where a write failed', async () => {
    const cluster = aCluster();
    cluster.storedBefore = [gone, goneInB];
    const refused = new AuditError(errorCodes.reportWriteFailed, 'refused');
    cluster.writeFailure = ({ subject }) => (subject.namespace === 'a' ? refused : undefined);
    const outcome = await audit(cluster);
    expect(cluster.deleted).toEqual([goneInB.uid]);
    expect(outcome.incidents).toEqual([
      { error: refused, scope: { resource: 'pods', namespace: 'a' }, count: 2 },
    ]);
  });

  it('stay where a policy of theirs could not be evaluated at all', async () => {
    const cluster = aCluster();
    cluster.storedBefore = [gone, goneService];
    const unresolved = new AuditError(errorCodes.policyServerUnresolved, 'no service');
    cluster.unprepared.set('clusterwide-pods', unresolved);
    const outcome = await audit(cluster);
    expect(cluster.deleted).toEqual([goneService.uid]);
    expect(outcome.policies).toMatchObject([{ state: 'errored', reason: 'no service' }]);
    expect(outcome.complete).toBe(false);
  });

  it('stay where a selector is invalid or an API group did not answer', async () => {
    const cluster = aCluster();
    cluster.policies.push(
      aPolicy('bad', {
        rules: [aRule('v1/services')],
        objectSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] },
      }),
      aPolicy('unknown', { rules: [aRule('apps/v1/statefulsets', { apiGroups: ['apps', 'broken.io'] })] }),
    );
    cluster.discoveryFailures = [{ groupVersion: 'broken.io/v1', error: broken }];
    const custom = { ...gone, apiVersion: 'broken.io/v1', kind: 'Thing', uid: 'thing' };
    cluster.storedBefore = [gone, goneService, custom];
    const outcome = await audit(cluster);
    expect(cluster.deleted).toEqual([gone.uid]);
    expect(outcome.complete).toBe(false);
  });

  it('stay everywhere when a policy object could not be read', async () => {
    const cluster = aCluster();
    cluster.storedBefore = [gone, goneService];
    cluster.broken = [
      { name: 'ClusterAdmissionPolicy/odd', error: new AuditError(errorCodes.policyInvalid, 'odd') },
    ];
    const outcome = await audit(cluster);
    expect(cluster.deleted).toEqual([]);
    expect(outcome.complete).toBe(false);
  });
});

describe('the clean-up', () => {
  it('runs after a complete run only, and its incidents count', async () => {
    const cluster = aCluster();
    let cleaned = 0;
    const failure = new AuditError(errorCodes.legacyCleanupFailed, 'not listed');
    cluster.cleanUp = () => {
      cleaned += 1;
      return Promise.resolve({ deleted: 2, incidents: [{ error: failure, scope: {}, count: 3 }], kept: [] });
    };
    const outcome = await audit(cluster);
    expect(cleaned).toBe(1);
    expect(outcome).toMatchObject({
      complete: false,
      totals: { stored: { deleted: 2 } },
      incidents: [{ error: failure, count: 3 }],
    });
    cluster.listFailure = () => broken;
    await audit(cluster);
    expect(cleaned).toBe(1);
  });
});

describe('an interrupted run', () => {
  it('stops pulling, lets what is in flight end, deletes nothing and says what was not scanned', async () => {
    const cluster = aCluster();
    cluster.policies.push(aPolicy('services', { rules: [aRule('v1/services')] }));
    cluster.objects.push(anObject(services, 'a/s'));
    cluster.storedBefore = [anObject(pods, 'a/gone').reference];
    const stop = new AbortController();
    cluster.answer = async () => {
      stop.abort();
      await Promise.resolve();
      return { verdict: 'allowed' };
    };
    const outcome = await runAudit(
      cluster.ports(),
      aRequest({ limits: { evaluations: 1, namespaces: 1, resources: 1, policies: 1 } }),
      { stop: stop.signal, abort: new AbortController().signal },
    );
    expect(rows(cluster.written)).toEqual([['a/one', 'pods=pass']]);
    expect(cluster.deleted).toEqual([]);
    expect(outcome).toMatchObject({ interrupted: true, complete: false });
    expect(outcome.incidents.map(({ error }) => error.message)).toEqual([
      'interrupted before all pods were scanned',
      'interrupted before all services were scanned',
    ]);
  });

  it('does not write a report from a part of the answers', async () => {
    const cluster = aCluster();
    const stop = new AbortController();
    const abort = new AbortController();
    cluster.answer = () => {
      stop.abort();
      abort.abort();
      throw new Error('aborted');
    };
    const outcome = await runAudit(cluster.ports(), aRequest(), { stop: stop.signal, abort: abort.signal });
    expect(cluster.written).toEqual([]);
    expect(outcome).toMatchObject({ interrupted: true, complete: false });
  });
});

describe('the expected number of objects', () => {
  const sizes = ({ events }: FakeCluster) =>
    events.flatMap((event) =>
      event.type === 'type-sized'
        ? [`${event.groupResource} ${event.objects}${event.isFinal ? '!' : ''}`]
        : [],
    );
  const planned = ({ events }: FakeCluster) =>
    events.flatMap((event) => (event.type === 'scan-planned' ? event.types : []));

  function aSizedCluster(): FakeCluster {
    const cluster = aCluster();
    cluster.policies = [aPolicy('all', { rules: [aRule('v1/pods'), aRule('v1/namespaces')] })];
    cluster.objects.push(anObject(namespaces, 'a'));
    return cluster;
  }

  it('names the types with the objects of which earlier runs have left reports', async () => {
    const cluster = aSizedCluster();
    cluster.storedBefore = cluster.objects.slice(0, 2).map(({ reference }) => reference);
    await audit(cluster);
    expect(planned(cluster)).toEqual([
      { groupResource: 'namespaces', expected: 0 },
      { groupResource: 'pods', expected: 2 },
    ]);
  });

  it('leaves it open where nothing is stored, and names no type that is not listed', async () => {
    const cluster = aSizedCluster();
    await audit(cluster, { scope: { cluster: false, namespaces: 'all' } });
    expect(planned(cluster)).toEqual([{ groupResource: 'pods', expected: undefined }]);
  });

  it('tells what a LIST says, and what was listed in the end', async () => {
    const cluster = aSizedCluster();
    await audit(cluster);
    expect(sizes(cluster)).toEqual(['namespaces 1', 'namespaces 1!', 'pods 3', 'pods 3!']);
  });

  it('does not take the objects of all shards for those of one', async () => {
    const cluster = aSizedCluster();
    const owns = ({ name }: { name: string }): boolean => name === cluster.objects[0]?.reference.name;
    await audit(cluster, { shard: { index: 0, count: 2, owns } });
    expect(sizes(cluster)).not.toContain('pods 3');
  });

  it('adds up the LISTs of several namespaces, and tells no part for the whole', async () => {
    const cluster = aSizedCluster();
    await audit(cluster, { scope: { cluster: false, namespaces: ['a', 'b'] } });
    expect(sizes(cluster)).toEqual(['pods 3', 'pods 3!']);
  });

  it('begins again with the namespaces where the whole may not be listed', async () => {
    const cluster = aSizedCluster();
    cluster.listFailure = ({ namespace, resource }) =>
      namespace === undefined && resource === pods ? forbidden : undefined;
    cluster.objects = cluster.objects.filter(({ resource }) => resource === pods);
    await audit(cluster, { scope: { cluster: false, namespaces: 'all' } });
    expect(sizes(cluster).at(-1)).toMatch(/^pods \d!$/);
  });
});
