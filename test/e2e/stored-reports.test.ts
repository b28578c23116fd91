import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { anAdmissionPolicy, aPod, aWorkload } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

const kind = ['--report-kind', 'policyreport'];

describeOnCluster('a baseline of stored reports', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    const { namespace } = world;
    await world.apply([anAdmissionPolicy('picky', { namespace, severity: 'high', ...requiring('owner') })]);
  });
  afterEach(() => world.close());

  async function create(object: ApiObject): Promise<ApiObject> {
    const [created] = await world.apply([object]);
    return created!;
  }

  async function createDebt(): Promise<ApiObject> {
    const { namespace } = world;
    const deployment = await create(aWorkload('Deployment', `${namespace}/web`));
    const owner = await create(aWorkload('ReplicaSet', `${namespace}/web-1`, deployment));
    await world.apply([aPod(namespace, 'web-a', { owner }), aPod(namespace, 'bare')]);
    return owner;
  }

  test('lets old debt stand, of replaced Pods as well, and counts what is new', async () => {
    const { namespace } = world;
    const owner = await createDebt();
    const stored = await world.scan(['-n', namespace, '--store', ...kind]);
    expect(stored.code).toBe(1);
    await world.apply([aPod(namespace, 'web-b', { owner })]);
    const known = await world.scan(['-n', namespace, '--baseline', 'cluster', ...kind]);
    await world.apply([aPod(namespace, 'fresh')]);
    const fresh = await world.scan(['-n', namespace, '--baseline', 'cluster', ...kind]);
    expect([known.code, fresh.code]).toEqual([0, 1]);
  });
});
