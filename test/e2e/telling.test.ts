import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

type Event = ApiObject & {
  readonly reason: string;
  readonly note: string;
  readonly regarding: Record<string, string>;
};

describeOnCluster('Events on the Job', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
  });
  afterEach(() => world.close());

  async function events(): Promise<readonly Event[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${world.namespace}/events`;
    const { items } = await cluster.request<{ items: Event[] }>('GET', path);
    return items.filter((event) => /^(Scan|NewCritical|Verdicts)/.test(event.reason));
  }

  function scan(pod: string, ...argv: string[]) {
    const flags = ['-n', world.namespace, '--store', '--events', '--fail-on', 'never', ...argv];
    return world.scan(flags, { env: { POD_NAME: pod, POD_NAMESPACE: world.namespace } });
  }

  test('tell of critical violations that the stored reports did not have, and only once', async () => {
    const { namespace } = world;
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'scan', image: 'scan' }] } };
    const [job] = await cluster.apply([
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'nightly', namespace },
        spec: { managedBy: 'example.com/nobody', template },
      },
    ]);
    const owner = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: 'nightly',
      uid: job?.metadata.uid ?? '',
      controller: true,
    };
    const own = aPod(namespace, 'nightly-abc', { labels: { owner: 'x' } });
    await world.apply([
      anAdmissionPolicy('strict', { namespace, severity: 'critical', ...requiring('owner') }),
      { ...own, metadata: { ...own.metadata, ownerReferences: [owner] } },
    ]);
    // The first run has nothing to compare with.
    expect(await scan('nightly-abc')).toMatchObject({ code: 0 });
    expect(await events()).toEqual([]);

    await world.apply([aPod(namespace, 'web')]);
    expect(await scan('nightly-abc', '-q')).toMatchObject({ code: 0, stderr: '' });
    expect(await scan('nightly-abc', '-q')).toMatchObject({ code: 0, stderr: '' });
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      reason: 'NewCriticalViolations',
      note: expect.stringContaining(`AdmissionPolicy/${namespace}/strict`) as string,
      regarding: { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly', namespace, uid: job?.metadata.uid },
    });
  });

  test('that cannot be written are one line, and the exit code stays', async () => {
    const { code, stderr } = await scan('missing', '-q');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    await world.apply([
      anAdmissionPolicy('strict', { namespace: world.namespace, ...requiring('owner') }),
      aPod(world.namespace, 'web'),
    ]);
    await world.policyServer.close();
    const incomplete = await scan('missing', '-q', '--on-incomplete', 'warn');
    expect(incomplete.code).toBe(0);
    const told = incomplete.stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect(told).toEqual([
      expect.stringMatching(
        /^error: Events could not be written: the Kubernetes API answered 404 .*pods\/missing.* \[AS-5204\]$/,
      ),
    ]);
  });
});
