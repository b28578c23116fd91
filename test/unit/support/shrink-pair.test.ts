import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Kept, keep, shrinkPair } from '../../support/webhooks/shrink-pair.ts';
import {
  objectArbitrary,
  policyArbitrary,
  type TestObject,
  type TestPolicy,
} from '../../support/webhooks/world.ts';

/* What the comparison with a real API server prints is as good as this: here it shrinks what differs by a feature that is known. */

type Requirement = { readonly key: string; readonly operator: string };
type Spec = {
  readonly rules: readonly { readonly scope?: string; readonly resources: readonly string[] }[];
  readonly objectSelector?: { readonly matchExpressions?: readonly Requirement[] };
};
type Pair = readonly [Kept<TestPolicy>, Kept<TestObject>];

const generous = { ms: 60_000, tries: 10_000 };
const pairs: readonly Pair[] = fc.sample(fc.tuple(keep(policyArbitrary('p')), keep(objectArbitrary('o1'))), {
  seed: 20_261_125,
  numRuns: 2_000,
});

const specOf = ({ document }: TestPolicy): Spec => document['spec'] as Spec;

/** Differs as if NotIn took only labels that are there. */
function missesNotIn(policy: TestPolicy, { object }: TestObject): boolean {
  const requirements = specOf(policy).objectSelector?.matchExpressions ?? [];
  return requirements.some(
    ({ key, operator }) => operator === 'NotIn' && !(key in (object.metadata.labels ?? {})),
  );
}

/** Differs as if a scope was not looked at. */
function missesScope(policy: TestPolicy, { type }: TestObject): boolean {
  return specOf(policy).rules.some(
    ({ scope, resources }) => scope === 'Cluster' && type.namespaced && resources.includes(type.plural),
  );
}

const simplest = {
  module: 'registry.example.com/p:1',
  failurePolicy: 'Ignore',
  allowInsideAdmissionControllerNamespace: false,
};
const rule = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'], scope: '*' };

describe('a pair that fails', () => {
  const cases = [
    {
      name: 'by a requirement',
      fails: missesNotIn,
      spec: {
        ...simplest,
        rules: [rule],
        objectSelector: {
          matchExpressions: [{ key: 'app', operator: 'NotIn', values: [expect.any(String)] }],
        },
      },
    },
    {
      name: 'by a rule and the type of the object together',
      fails: missesScope,
      spec: { ...simplest, rules: [{ ...rule, resources: [expect.any(String)], scope: 'Cluster' }] },
    },
  ];
  test.each(cases)('shrinks to what makes it fail: $name', async ({ fails, spec }) => {
    const failing = pairs.filter(([policy, object]) => fails(policy.value, object.value)).slice(0, 20);
    expect(failing.length).toBe(20);
    for (const [policy, object] of failing) {
      const shrunk = await shrink([policy, object], fails);
      expect(shrunk).toMatchObject({ failsAgain: true, end: 'smallest' });
      const [smallPolicy, smallObject] = shrunk.pair;
      expect(fails(smallPolicy, smallObject)).toBe(true);
      expect(smallPolicy.kind).toBe('ClusterAdmissionPolicy');
      expect(smallPolicy.document['spec']).toEqual(spec);
      expect(smallObject.object.metadata).toMatchObject({
        name: 'o1',
        labels: {},
        annotations: { id: 'o1' },
      });
    }
  });

  test('begins with what was generated, and asks about nothing twice', async () => {
    const [policy, object] = firstThat(missesNotIn);
    const asked: string[] = [];
    const { tries } = await shrink([policy, object], (...pair) => {
      asked.push(JSON.stringify(pair));
      return missesNotIn(...pair);
    });
    expect(asked[0]).toBe(JSON.stringify([policy.value, object.value]));
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toHaveLength(tries);
  });

  test.each([
    { end: 'tries', limits: { ms: 60_000, tries: 3 }, tries: 3 },
    { end: 'time', limits: { ms: 0, tries: 10_000 }, tries: 1 },
  ])('is the smallest so far within the limit of $end', async ({ end, limits, tries }) => {
    const [policy, object] = firstThat(missesNotIn);
    const shrunk = await shrinkPair(policy, object, { fails: promised(missesNotIn), limits });
    expect(shrunk).toMatchObject({ failsAgain: true, end, tries });
    expect(missesNotIn(...shrunk.pair)).toBe(true);
  });

  test('is the smallest so far when trying fails itself', async () => {
    const crash = new Error('the API server is gone');
    let turn = 0;
    const shrunk = await shrink(firstThat(missesNotIn), (...pair) => {
      turn += 1;
      if (turn > 10) throw crash;
      return missesNotIn(...pair);
    });
    expect(shrunk).toMatchObject({ failsAgain: true, end: crash, tries: 10 });
    expect(missesNotIn(...shrunk.pair)).toBe(true);
  });

  test('is still there if it does not fail again', async () => {
    const [policy, object] = firstThat(missesNotIn);
    const shrunk = await shrink([policy, object], () => false);
    expect(shrunk).toEqual({
      pair: [policy.value, object.value],
      failsAgain: false,
      tries: 1,
      end: 'smallest',
    });
  });
});

test('what is kept is what would have been generated', () => {
  const options = { seed: 1, numRuns: 100 };
  const kept = fc.sample(keep(policyArbitrary('p')), options).map(({ value }) => value);
  expect(kept).toEqual(fc.sample(policyArbitrary('p'), options));
});

type Fails = (policy: TestPolicy, object: TestObject) => boolean;

function firstThat(fails: Fails): Pair {
  const found = pairs.find(([policy, object]) => fails(policy.value, object.value));
  if (found === undefined) throw new TypeError('no pair fails');
  return found;
}

function shrink([policy, object]: Pair, fails: Fails) {
  return shrinkPair(policy, object, { fails: promised(fails), limits: generous });
}

function promised(fails: Fails) {
  return async (policy: TestPolicy, object: TestObject) => Promise.resolve(fails(policy, object));
}
