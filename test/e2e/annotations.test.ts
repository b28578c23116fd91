import { afterEach, beforeEach, expect, test } from 'vitest';
import { anAdmissionPolicy, aPod, withAnnotations } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

const accept = 'audit-scanner.io/accept';
const entry = (words: string): string => `- {policy: picky, reason: the vendor is on it, ${words}}`;

type Document = {
  readonly summary: { readonly fail: number; readonly accepted: number };
  readonly complete: boolean;
  readonly results: readonly {
    readonly resource: { readonly name: string };
    readonly status: string;
    readonly exception: object | null;
  }[];
  readonly exceptions: readonly { readonly state: string }[];
  readonly annotations?: { readonly accepted: number; readonly invalid: readonly object[] };
};

describeOnCluster('exceptions that objects of a cluster bring', () => {
  const cluster = sharedCluster();
  let world: World;

  beforeEach(async () => {
    world = await World.create(cluster);
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('picky', { namespace, ...requiring('owner') }),
      withAnnotations(aPod(namespace, 'accepted'), {
        [accept]: entry('owner: team-a, expires: 2099-01-31'),
      }),
      withAnnotations(aPod(namespace, 'broken'), { [accept]: entry('until: 2099-01-31') }),
      withAnnotations(aPod(namespace, 'late'), { [accept]: entry('expires: 2020-01-31') }),
      aPod(namespace, 'plain'),
    ]);
  });
  afterEach(() => world.close());

  test('are taken if who runs the scan says so, and each says what came of it', async () => {
    const { namespace } = world;
    const { stdout, stderr, code } = await world.scan([
      ...['-n', namespace, '--accept-annotations', '-o', 'json'],
    ]);
    const document = JSON.parse(stdout) as Document;
    expect(document.results.map(({ resource, status }) => [resource.name, status])).toEqual([
      ['accepted', 'accepted'],
      ['broken', 'new'],
      ['late', 'new'],
      ['plain', 'new'],
    ]);
    expect(document).toMatchObject({
      complete: true,
      summary: { fail: 3, accepted: 1 },
      annotations: {
        accepted: 1,
        invalid: [{ object: { resource: 'pods', namespace, name: 'broken' }, source: null, objects: 1 }],
      },
    });
    expect(document.results[0]?.exception).toMatchObject({
      by: 'annotation',
      reason: 'the vendor is on it',
      owner: 'team-a',
      expires: '2099-02-01T00:00:00.000Z',
      object: { name: 'accepted' },
    });
    expect(document.exceptions.map(({ state }) => state).toSorted()).toEqual(['expired', 'used']);
    expect(stderr).toContain("accepted 1 (1 by the objects' own annotations)");
    expect(stderr).toContain(`annotation of ${namespace}/pods/broken: exception 1: "until" is not known`);
    expect(stderr).toContain(`annotation of ${namespace}/pods/late policy picky: until 2020-01-31`);
    expect(code).toBe(1);
  });

  test('are nothing to anybody else: neither to a scan without the flag nor to the drop-in', async () => {
    const { namespace } = world;
    const { stdout } = await world.scan(['-n', namespace, '-o', 'json']);
    const document = JSON.parse(stdout) as Document;
    expect(document.summary).toMatchObject({ fail: 4, accepted: 0 });
    expect(document).not.toHaveProperty('annotations');

    const dropIn = await world.dropIn(['-n', namespace, '--disable-store', '--output-scan']);
    expect(dropIn.stdout + dropIn.stderr).not.toContain('accepted 1');
    const refused = await world.dropIn(['-n', namespace, '--disable-store', '--accept-annotations']);
    expect(refused.stderr).toContain('unknown flag --accept-annotations');
  });
});
