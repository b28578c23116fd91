import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planScan } from '../../../src/audit/preparation.ts';
import { questionsAbout } from '../../../src/audit/questions.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { type AuditedObject, formatGroupResource } from '../../../src/domain/resource.ts';
import { compileConditions } from '../../../src/matching/match-conditions.ts';
import { loadManifests, type Manifests } from '../../../src/sources/manifests/manifests.ts';
import { createManifestSources } from '../../../src/sources/manifests/sources.ts';
import { parsePolicy } from '../../../src/sources/policy-schema.ts';
import { aRequest } from '../../support/fakes.ts';
import {
  definitions,
  kubewardenNamespace,
  namespaces,
  objectArbitrary,
  policyArbitrary,
} from '../../support/webhooks/world.ts';

/*
 * What is not known must not change an answer: with some Namespaces and definitions of types hidden, a policy is asked about an object
 * as it is with all of them there, or that is said to be unknown. `HIDDEN_SEED` runs a case again.
 */
const seed = Number(process.env['HIDDEN_SEED'] ?? 20_261_128);
const defaultNamespace = 'matching-a';

/** Their plurals cannot be guessed from these, nor whether they are namespaced. */
const irregular: Readonly<Record<string, string>> = { Widget: 'Wdgt', Gadget: 'Gdgt' };

const onNamespaceObject = ['namespaceObject == null', `namespaceObject.metadata.labels.env == 'prod'`];

const policies = fc
  .tuple(
    ...Array.from({ length: 6 }, (_, index) =>
      fc.tuple(policyArbitrary(`p${index}`), fc.constantFrom(undefined, undefined, ...onNamespaceObject)),
    ),
  )
  .map((all) => all.map(([{ kind, document }, expression]) => toPolicy(kind, document, expression)));

const objects = fc.tuple(
  ...Array.from({ length: 8 }, (_, index) =>
    fc.tuple(objectArbitrary(`o${index}`), fc.boolean(), fc.nat({ max: 2 })),
  ),
);

const hidden = fc.record({
  namespaces: fc.subarray(Object.keys(namespaces)),
  types: fc.subarray(Object.keys(irregular), { minLength: 1 }),
});

type Answer = 'no' | 'asked' | 'unknown';

test('a hidden fact makes an answer unknown, or changes nothing', { timeout: 120_000 }, async () => {
  const counts: Record<Answer, number> = { no: 0, asked: 0, unknown: 0 };
  await fc.assert(
    fc.asyncProperty(policies, objects, fc.boolean(), hidden, async (asked, random, isIrregular, out) => {
      const kindOf = (kind: string): string => (isIrregular ? (irregular[kind] ?? kind) : kind);
      const input = random.map(([{ object }, isPlaced]) => {
        const { namespace, ...metadata } = object.metadata;
        const place = isPlaced && namespace !== undefined ? { namespace } : {};
        return { ...object, kind: kindOf(object.kind), metadata: { ...metadata, ...place } };
      });
      const spaces = Object.entries(namespaces).map(([name, labels]) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels },
      }));
      const types = definitions().map((definition) => renamed(definition, kindOf));
      const all = await answersOf(asked, await load(input, [...spaces, ...types]));
      const some = await answersOf(
        asked,
        await load(input, [
          ...spaces.filter(({ metadata }) => !out.namespaces.includes(metadata.name)),
          ...types.filter((_, index) => !out.types.includes(Object.keys(irregular)[index] ?? '')),
        ]),
      );
      for (const [pair, answer] of all) {
        const other = some.get(pair) ?? 'no';
        expect(answer, pair).not.toBe('unknown');
        counts[other] += 1;
        if (other !== 'unknown') expect(other, pair).toBe(answer);
      }
    }),
    { seed, numRuns: 400 },
  );
  // All three have to be common for this to mean anything.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(500);
});

function toPolicy(kind: Policy['kind'], document: object, expression: string | undefined): Policy {
  const parsed = parsePolicy(kind, document);
  if ('error' in parsed) throw parsed.error;
  if (expression === undefined) return parsed;
  return { ...parsed, matchConditions: [...parsed.matchConditions, { name: 'reads', expression }] };
}

function renamed(definition: object, kindOf: (kind: string) => string): object {
  const { spec } = definition as { spec: { names: { kind: string } } };
  return { ...definition, spec: { ...spec, names: { ...spec.names, kind: kindOf(spec.names.kind) } } };
}

function load(input: readonly object[], facts: readonly object[]): Promise<Manifests> {
  async function* toSources(all: readonly object[]) {
    await Promise.resolve();
    for (const [index, object] of all.entries())
      yield { path: `${index}.json`, text: JSON.stringify(object) };
  }
  return loadManifests(
    { sources: toSources(input), facts: toSources(facts) },
    { defaultNamespace, named: [] },
    new AbortController().signal,
  );
}

/** By policy and object, for every pair. */
async function answersOf(asked: readonly Policy[], manifests: Manifests): Promise<Map<string, Answer>> {
  const { signal } = new AbortController();
  const { discovery } = createManifestSources(() => Promise.resolve(manifests));
  const api = await discovery.discover(signal);
  const { plan, scope } = planScan(
    { api, policies: asked, namespaces: manifests.namespaces },
    aRequest({ kubewardenNamespace }),
  );
  const conditions = new Map(asked.map((policy) => [policy, compileConditions(policy)]));
  const answers = new Map<string, Answer>();
  const keyOf = (policy: Policy, { json }: AuditedObject): string => {
    const { metadata } = JSON.parse(Buffer.from(json).toString()) as {
      metadata: { annotations: { id: string } };
    };
    return `${policy.name} ${metadata.annotations.id}`;
  };
  for (const object of [...manifests.objects.values()].flat())
    for (const policy of asked) answers.set(keyOf(policy, object), 'no');
  for (const type of plan.types) {
    for (const object of manifests.objects.get(formatGroupResource(type)) ?? []) {
      const missed: string[] = [];
      const questions = questionsAbout(
        type,
        { views: type.versions.map(() => object) },
        {
          conditions,
          nameOnly: scope.nameOnly ?? new Set(),
          coverage: { skip: () => undefined },
          miss: (policy) => missed.push(keyOf(policy, object)),
        },
      );
      for (const { policy } of questions) answers.set(keyOf(policy, object), 'asked');
      for (const pair of missed) answers.set(pair, 'unknown');
    }
  }
  return answers;
}
