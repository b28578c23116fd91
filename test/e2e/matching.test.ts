import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ApiResource } from '../../src/domain/resource.ts';
import { createKubernetesClient } from '../../src/kubernetes/client.ts';
import { connectToCluster } from '../../src/kubernetes/connection.ts';
import { lazyVariables, toVariables } from '../../src/matching/condition-variables.ts';
import { compileConditions } from '../../src/matching/match-conditions.ts';
import { createKubernetesDiscovery } from '../../src/sources/kubernetes/discovery.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { compileExpression } from '../support/compile-expression.ts';
import { expressions } from '../support/expressions.ts';
import { Admission } from '../support/webhooks/admission.ts';
import { compareMatching, type Difference, toAudited } from '../support/webhooks/comparison.ts';
import { type Kept, keep, type ShrunkPair, shrinkPair } from '../support/webhooks/shrink-pair.ts';
import {
  customTypes,
  group,
  objectArbitrary,
  policyArbitrary,
  type TestObject,
  type TestPolicy,
} from '../support/webhooks/world.ts';

/*
 * Our matching against that of a real API server: random policies become webhooks, as the Kubewarden controller makes them, random
 * objects are created in a dry run, and whom the API server asks has to be whom we ask. A policy and an object that differ are made as
 * small as they get, alone in front of the same API server. A failure prints how to run its seed again:
 *   MATCHING_SEED=20261125 npx vitest run --project cluster test/e2e/matching.test.ts
 */
const seed = Number(process.env['MATCHING_SEED'] ?? 20_261_125);
const command = 'npx vitest run --project cluster test/e2e/matching.test.ts';
const [rounds, policiesPerRound, objectsPerRound] = [4, 40, 50];
/** Each try takes a configuration of its own. */
const shrinking = { ms: 45_000, tries: 500 };

type Found = {
  readonly policy: Kept<TestPolicy>;
  readonly object: Kept<TestObject>;
  readonly difference: Difference;
};

describeOnCluster('matching', () => {
  const cluster = sharedCluster();
  let admission: Admission;
  let resources: readonly ApiResource[];

  beforeAll(async () => {
    admission = await Admission.start(cluster);
    resources = await discover(cluster.kubeconfigPath);
  });

  afterAll(() => admission.close());

  test(`asks whom the API server asks (seed ${seed}) (W28)`, { timeout: 300_000 }, async () => {
    let pairs = 0;
    let asked = 0;
    const found: Found[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { policies, objects } = generate(round);
      const compared = await compareMatching(admission, resources, {
        name: `matching-${seed}-${round}`,
        policies: policies.map(({ value }) => value),
        objects: objects.map(({ value }) => value),
      });
      pairs += compared.length;
      asked += compared.filter((pair) => pair.asked).length;
      for (const { policy, object, difference } of compared) {
        if (difference !== undefined)
          found.push({ policy: policies[policy]!, object: objects[object]!, difference });
      }
    }
    if (found.length > 0)
      throw new Error(`${found.length} of ${pairs} pairs differ. ${await explain(found)}`);
    expect(pairs).toBeGreaterThanOrEqual(2_000);
    // Both answers have to be common for the comparison to mean anything.
    expect(asked / pairs).toBeGreaterThan(0.03);
    expect(asked / pairs).toBeLessThan(0.7);
  });

  test('finds of expressions what the API server finds', { timeout: 300_000 }, async () => {
    const web = objectOf(`expressions-${process.pid}`);
    const id = web.object.metadata.annotations?.['id'] ?? '';
    // A webhook for an expression and one for its opposite: of one that fails, neither is asked.
    const webhooks = expressions.map((expression, index) =>
      [expression, `!(${expression})`].map((text, turn) => ({
        id: `e${index}-${turn}`,
        spec: {
          rules: [
            { apiGroups: [group], apiVersions: ['v1'], resources: ['widgets'], operations: ['CREATE'] },
          ],
          matchConditions: [{ name: 'only', expression: text }],
        },
      })),
    );
    let stored = web.object;
    // As many as a configuration can hold.
    for (let start = 0; start < webhooks.length; start += 100) {
      const some = webhooks.slice(start, start + 100).flat();
      await admission.withWebhooks(`matching-expressions-${process.pid}-${start}`, some, async () => {
        stored = await admission.create(web);
      });
    }
    const variables = toVariables(toAudited(findWidgets(), stored));
    const theirs = expressions.map((_, index) => {
      if (admission.askedIn(`e${index}-0`, id) !== undefined) return 'true';
      return admission.askedIn(`e${index}-1`, id) === undefined ? 'error' : 'false';
    });
    expect(new Set(theirs)).toEqual(new Set(['true', 'false', 'error']));
    const ours = expressions.map((expression) => compileExpression(expression).evaluate(variables).kind);
    expect(expressions.map((expression, index) => [expression, ours[index]])).toEqual(
      expressions.map((expression, index) => [expression, theirs[index]]),
    );
    expect(expressions.length).toBeGreaterThan(300);
  });

  test('a condition that fails under Fail is an error, as the API server refuses the object', async () => {
    const name = `matching-fail-${process.pid}`;
    const spec = {
      failurePolicy: 'Fail',
      rules: [{ apiGroups: [group], apiVersions: ['v1'], resources: ['widgets'], operations: ['CREATE'] }],
      matchConditions: [
        { name: 'here', expression: `object.metadata.namespace == 'matching-a'` },
        { name: 'size', expression: 'object.nope == 1' },
      ],
    };
    const web = objectOf(name);
    const audited = toAudited(findWidgets(), web.object);
    await admission.withWebhooks(name, [{ id: name, spec }], async () => {
      await expect(admission.create(web)).rejects.toThrow('no such key: nope');
    });
    const policy = { matchConditions: spec.matchConditions, failurePolicy: 'Fail' as const };
    expect(compileConditions(policy).decide(lazyVariables(audited)).kind).toBe('error');
  });

  function findWidgets(): ApiResource {
    const found = resources.find(({ resource, version }) => resource === 'widgets' && version === 'v1');
    if (found === undefined) throw new TypeError('widgets are not served');
    return found;
  }

  /** A Widget with something of everything in it. */
  function objectOf(id: string): TestObject {
    const [type] = customTypes;
    if (type === undefined) throw new TypeError('there is no type');
    const metadata = { name: id, namespace: 'matching-a', labels: { app: 'shop' }, annotations: { id } };
    const spec = {
      replicas: 3,
      ratio: 1.5,
      nums: [3, 1, 2],
      list: [{ n: 'a' }, { n: 'b' }],
      flag: true,
      nil: null,
    };
    const object = { apiVersion: `${group}/v1`, kind: type.kind, metadata, spec };
    return { type, version: 'v1', object };
  }

  /** Tells the smallest case of what is wrong, and how to run it again. */
  async function explain(found: readonly Found[]): Promise<string> {
    const [start] = found.toSorted((one, other) => sizeOf(one) - sizeOf(other));
    if (start === undefined) throw new TypeError('nothing differs');
    let { difference } = start;
    let turn = 0;
    const { pair, failsAgain, tries, end } = await shrinkPair(start.policy, start.object, {
      limits: shrinking,
      fails: async (policy, object) => {
        turn += 1;
        const name = `matching-${seed}-shrinking-${turn}`;
        const [compared] = await compareMatching(admission, resources, {
          name,
          policies: [policy],
          objects: [object],
        });
        // Another difference would be another fault.
        if (compared?.difference?.kind !== difference.kind) return false;
        ({ difference } = compared);
        return true;
      },
    });
    return [
      failsAgain ? `The smallest pair, after ${tries} tries ${howItEnded(end)}:` : whyNotSmaller(end),
      '',
      tell(difference),
      '',
      indent('Policy', pair[0].document),
      indent('Object', pair[1].object),
      'Run it again:',
      `MATCHING_SEED=${seed} ${command}`,
    ].join('\n');
  }

  function generate(round: number): { policies: Kept<TestPolicy>[]; objects: Kept<TestObject>[] } {
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    const one = fc.record({
      policies: fc.tuple(
        ...numbers(policiesPerRound).map((index) => keep(policyArbitrary(`r${round}-p${index}`))),
      ),
      objects: fc.tuple(
        ...numbers(objectsPerRound).map((index) => keep(objectArbitrary(`r${round}-o${index}`))),
      ),
    });
    const [sample] = fc.sample(one, { seed: seed * rounds + round, numRuns: 1 });
    if (sample === undefined) throw new TypeError('no sample');
    return sample;
  }
});

function howItEnded(end: ShrunkPair<TestPolicy, TestObject>['end']): string {
  switch (end) {
    case 'smallest':
      return 'until nothing smaller differed';
    case 'time':
      return `in ${shrinking.ms / 1_000} s`;
    case 'tries':
      return 'and no more';
    default:
      return `until one ended with: ${end.message}`;
  }
}

function whyNotSmaller(end: ShrunkPair<TestPolicy, TestObject>['end']): string {
  return end instanceof Error
    ? `One of them, that could not be tried alone: ${end.message}`
    : 'One of them, that does not differ alone, so that it depends on the others:';
}

function sizeOf({ policy, object }: Found): number {
  return JSON.stringify([policy.value.document, object.value.object]).length;
}

function tell({ kind, ours, theirs }: Difference): string {
  return ours !== undefined && theirs !== undefined
    ? `${kind}: the API server asks in ${theirs}, we ask in ${ours}`
    : `${kind}, in ${ours ?? theirs ?? ''}`;
}

function indent(title: string, value: object): string {
  return `${title}\n${stringify(value).replace(/^(?=.)/gm, '  ')}`;
}

async function discover(kubeconfigPath: string): Promise<readonly ApiResource[]> {
  const connection = await connectToCluster({ kubeconfigPath, context: undefined, env: {}, homeDir: '' });
  const client = createKubernetesClient(connection, {
    requestTimeoutMs: 60_000,
    userAgent: 'matching',
    random: Math.random,
    now: () => performance.now(),
  });
  try {
    return (await createKubernetesDiscovery(client).discover(new AbortController().signal)).resources;
  } finally {
    await client.close();
  }
}
