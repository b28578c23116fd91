import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { questionsAbout } from '../../src/audit/questions.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ApiResource, AuditedObject } from '../../src/domain/resource.ts';
import { createKubernetesClient } from '../../src/kubernetes/client.ts';
import { connectToCluster } from '../../src/kubernetes/connection.ts';
import { compileExpression } from '../../src/matching/conditions/expression.ts';
import { compileConditions } from '../../src/matching/conditions/match-conditions.ts';
import { lazyVariables, toVariables } from '../../src/matching/conditions/variables.ts';
import { type AuditPlan, planAudit } from '../../src/matching/plan.ts';
import { createKubernetesDiscovery } from '../../src/sources/kubernetes/discovery.ts';
import { parsePolicy } from '../../src/sources/policy-schema.ts';
import { createCertificateAuthority } from '../support/certificates.ts';
import { ApiError, type ApiObject } from '../support/cluster/api-client.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { expressions } from '../support/expressions.ts';
import { type PolicyServer, startPolicyServer } from '../support/policy-server.ts';
import {
  customTypes,
  definitions,
  group,
  kubewardenNamespace,
  namespaces,
  objectArbitrary,
  policyArbitrary,
  type TestObject,
  type TestPolicy,
} from '../support/webhook-world.ts';

/*
 * Our matching against that of a real API server: random policies become webhooks, as the Kubewarden controller makes them, random
 * objects are created in a dry run, and whom the API server asks has to be whom we ask. A difference names one policy and one object,
 * which is as small as a case gets. `MATCHING_SEED` runs a seed again.
 */
const seed = Number(process.env['MATCHING_SEED'] ?? 20_261_125);
const [rounds, policiesPerRound, objectsPerRound] = [4, 40, 50];
const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

type Webhook = {
  readonly id: string;
  readonly spec: object;
};

describeOnCluster('matching', () => {
  const cluster = sharedCluster();
  let authority: Awaited<ReturnType<typeof createCertificateAuthority>>;
  let server: PolicyServer;
  let resources: readonly ApiResource[];
  /** `webhook object` to the version in which the API server asked. */
  const seen = new Map<string, string>();

  beforeAll(async () => {
    authority = await createCertificateAuthority();
    server = await startPolicyServer({
      certificate: await authority.issueServer(),
      recordRequests: false,
      answer: (id, request) => {
        const { metadata } = request.object as ApiObject;
        seen.set(`${id} ${metadata.annotations?.['id'] ?? ''}`, request.resource.version);
        const response = { uid: request.uid, allowed: true };
        const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(review) };
      },
    });
    const spaces = Object.entries(namespaces).map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    }));
    await cluster.apply([...definitions(), ...spaces]);
    // That waits until the new types are served.
    await cluster.apply(
      customTypes.map(({ kind, namespaced }) => ({
        apiVersion: `${group}/v1`,
        kind,
        metadata: { name: 'first', ...(namespaced && { namespace: 'matching-a' }) },
      })),
    );
    resources = await discover(cluster.kubeconfigPath);
  });

  afterAll(async () => {
    const paths = customTypes.map(
      ({ plural }) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`,
    );
    const spaces = Object.keys(namespaces).map((name) => `/api/v1/namespaces/${name}`);
    await Promise.all([...paths, ...spaces].map((path) => cluster.request('DELETE', path)));
    await server.close();
  });

  /** Runs `work` while the API server asks these webhooks. */
  async function withWebhooks(name: string, webhooks: readonly Webhook[], work: () => Promise<void>) {
    const canary = {
      id: `${name}-canary`,
      spec: {
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
        objectSelector: { matchLabels: { canary: name } },
      },
    };
    await cluster.request('POST', configurations, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [canary, ...webhooks].map(({ id, spec }) => ({
        failurePolicy: 'Ignore',
        ...spec,
        name: `${id}.matching.example.com`,
        clientConfig: {
          url: new URL(`/audit/${id}`, server.url).href,
          caBundle: Buffer.from(authority.cert).toString('base64'),
        },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 30,
      })),
    });
    try {
      await waitFor(canary.id, name);
      await work();
    } finally {
      await cluster.request('DELETE', `${configurations}/${name}`);
    }
  }

  async function waitFor(id: string, name: string): Promise<void> {
    for (let tries = 0; !seen.has(`${id} canary`); tries += 1) {
      if (tries > 1_000) throw new Error(`the API server does not ask ${id}`);
      await cluster.request('POST', '/api/v1/namespaces/matching-a/configmaps?dryRun=All', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'canary', labels: { canary: name }, annotations: { id: 'canary' } },
      });
      await delay(50);
    }
  }

  /** The object as the API server would store it. */
  async function create({ type, version, object }: TestObject): Promise<ApiObject> {
    const api = type.group === '' ? `/api/${version}` : `/apis/${type.group}/${version}`;
    const { namespace } = object.metadata;
    const where = namespace === undefined ? '' : `/namespaces/${namespace}`;
    try {
      return await cluster.request('POST', `${api}${where}/${type.plural}?dryRun=All`, object);
    } catch (error) {
      // A Namespace that is there already.
      if (error instanceof ApiError && error.status === 409) return object;
      throw error;
    }
  }

  test(`asks whom the API server asks (seed ${seed}) (W28)`, { timeout: 300_000 }, async () => {
    let pairs = 0;
    let asked = 0;
    const differences: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { policies, objects } = generate(round);
      const ours = new Matching(policies, resources);
      const webhooks = policies.map((policy) => ({
        id: policy.document.metadata.name,
        spec: toWebhook(policy),
      }));
      await withWebhooks(`matching-${seed}-${round}`, webhooks, async () => {
        const limit = pLimit(8);
        const stored = await Promise.all(objects.map((object) => limit(() => create(object))));
        for (const [index, object] of objects.entries()) {
          const answers = ours.ask(object, stored[index] ?? object.object);
          for (const { document } of policies) {
            const { name } = document.metadata;
            const theirs = seen.get(`${name} ${object.object.metadata.annotations?.['id'] ?? ''}`);
            pairs += 1;
            if (theirs !== undefined) asked += 1;
            const difference = compare({ ours: answers.get(name), theirs, object });
            if (difference !== undefined)
              differences.push(`${difference}: ${JSON.stringify(document)} ${JSON.stringify(object.object)}`);
          }
        }
      });
    }
    expect(differences.slice(0, 3)).toEqual([]);
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
    // As many as a configuration has room for.
    for (let start = 0; start < webhooks.length; start += 100) {
      const some = webhooks.slice(start, start + 100).flat();
      await withWebhooks(`matching-expressions-${process.pid}-${start}`, some, async () => {
        stored = await create(web);
      });
    }
    const variables = toVariables(toAudited(findWidgets(), stored));
    const theirs = expressions.map((_, index) => {
      if (seen.has(`e${index}-0 ${id}`)) return 'true';
      return seen.has(`e${index}-1 ${id}`) ? 'false' : 'error';
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
    await withWebhooks(name, [{ id: name, spec }], async () => {
      await expect(create(web)).rejects.toThrow('no such key: nope');
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

  function generate(round: number): { policies: TestPolicy[]; objects: TestObject[] } {
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    const one = fc.record({
      policies: fc.tuple(...numbers(policiesPerRound).map((index) => policyArbitrary(`r${round}-p${index}`))),
      objects: fc.tuple(...numbers(objectsPerRound).map((index) => objectArbitrary(`r${round}-o${index}`))),
    });
    const [sample] = fc.sample(one, { seed: seed * rounds + round, numRuns: 1 });
    if (sample === undefined) throw new TypeError('no sample');
    return sample;
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
});

type Ours = {
  readonly policy: Policy;
  /** The version in which we ask. */
  readonly version: string | undefined;
  readonly isPreferred: boolean;
  /** Whether an audit cannot decide all of its match conditions. */
  readonly isInDoubt: boolean;
};

/** What we would do with the policies of one round. */
class Matching {
  readonly #policies: readonly Policy[];
  readonly #plan: AuditPlan;
  readonly #resources: readonly ApiResource[];
  readonly #conditions: ReadonlyMap<Policy, ReturnType<typeof compileConditions>>;

  constructor(policies: readonly TestPolicy[], resources: readonly ApiResource[]) {
    this.#policies = policies.map(({ kind, document }) => {
      const policy = parsePolicy(kind, document);
      if ('error' in policy) throw policy.error;
      return policy;
    });
    const scope = {
      cluster: true,
      namespaces: new Map(
        Object.entries(namespaces).map(([name, labels]) => [
          name,
          { ...labels, 'kubernetes.io/metadata.name': name },
        ]),
      ),
      allNamespaces: true,
      kubewardenNamespace,
    };
    const filter = { policy: () => true, type: () => true };
    this.#resources = resources;
    this.#plan = planAudit(this.#policies, { resources, unavailable: [] }, { scope, filter });
    this.#conditions = new Map(this.#policies.map((policy) => [policy, compileConditions(policy)]));
  }

  ask({ type, version }: TestObject, stored: ApiObject): ReadonlyMap<string, Ours> {
    const planned = this.#plan.types.find(
      (candidate) => candidate.group === type.group && candidate.resource === type.plural,
    );
    const views = planned?.versions.map(({ resource }) => toAudited(resource, stored)) ?? [];
    const coverage = { skip: () => undefined };
    const questions =
      planned === undefined
        ? []
        : questionsAbout(planned, { views }, { conditions: this.#conditions, coverage });
    const [preferred] = this.#resources.filter(
      (resource) => resource.group === type.group && resource.resource === type.plural,
    );
    return new Map(
      this.#policies.map((policy) => {
        const question = questions.find((candidate) => candidate.policy === policy);
        const isInDoubt = (this.#conditions.get(policy)?.notes.length ?? 0) > 0;
        const isPreferred = preferred?.version === version;
        return [policy.name, { policy, version: question?.object.resource.version, isPreferred, isInDoubt }];
      }),
    );
  }
}

function toAudited(resource: ApiResource, stored: ApiObject): AuditedObject {
  const { name, namespace, uid = '', resourceVersion = '', labels = {} } = stored.metadata;
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return {
    resource,
    reference: { apiVersion, kind: resource.kind, namespace, name, uid, resourceVersion },
    labels,
    json: Buffer.from(JSON.stringify({ ...stored, apiVersion })),
  };
}

/** The webhook that the controller would make, but that it keeps the matchLabels of the policy. */
function toWebhook({ document }: TestPolicy): object {
  const { namespaceSelector, allowInsideAdmissionControllerNamespace, ...rest } = document['spec'] as {
    namespaceSelector?: { matchLabels?: object; matchExpressions?: object[] };
    allowInsideAdmissionControllerNamespace?: boolean;
  };
  const spec = { ...rest, module: undefined };
  const { namespace } = document.metadata;
  const name = 'kubernetes.io/metadata.name';
  if (namespace !== undefined) return { ...spec, namespaceSelector: { matchLabels: { [name]: namespace } } };
  if (allowInsideAdmissionControllerNamespace === true) return { ...spec, namespaceSelector };
  const outside = { key: name, operator: 'NotIn', values: [kubewardenNamespace] };
  const matchExpressions = [outside, ...(namespaceSelector?.matchExpressions ?? [])];
  return { ...spec, namespaceSelector: { ...namespaceSelector, matchExpressions } };
}

/** What is wrong, if anything is: with the differences that ADR 10 names, it is not. */
function compare(pair: {
  ours: Ours | undefined;
  theirs: string | undefined;
  object: TestObject;
}): string | undefined {
  const { ours, theirs, object } = pair;
  if (ours === undefined) return 'an unknown policy';
  const { policy, version, isPreferred, isInDoubt } = ours;
  if (policy.namespace !== undefined && !object.type.namespaced) {
    return version === undefined ? undefined : 'a namespaced policy is asked about a cluster-scoped object';
  }
  if (theirs !== undefined && version === undefined) return 'only the API server asks';
  if (theirs === undefined && version !== undefined) {
    const isOtherVersion = policy.matchPolicy === 'Exact' && version !== object.version;
    return isInDoubt || isOtherVersion ? undefined : 'only we ask';
  }
  return isPreferred && theirs !== version
    ? `the API server asks in ${theirs ?? ''}, we in ${version ?? ''}`
    : undefined;
}
