import pLimit from 'p-limit';
import { questionsAbout } from '../../../src/audit/questions.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { ApiResource, AuditedObject } from '../../../src/domain/resource.ts';
import { compileConditions } from '../../../src/matching/match-conditions.ts';
import { type AuditPlan, planAudit } from '../../../src/matching/plan.ts';
import { parsePolicy } from '../../../src/sources/policy-schema.ts';
import type { ApiObject } from '../cluster/api-client.ts';
import type { Admission } from './admission.ts';
import { kubewardenNamespace, namespaces, type TestObject, type TestPolicy } from './world.ts';

/** What differs between the API server and us, for one policy and one object. */
export type Difference = {
  readonly kind:
    | 'only the API server asks'
    | 'only we ask'
    | 'both ask, in other versions'
    | 'a namespaced policy is asked about a cluster-scoped object';
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
};

/** One policy and one object, by their places in what was compared. */
export type ComparedPair = {
  readonly policy: number;
  readonly object: number;
  /** Whether the API server asks. */
  readonly asked: boolean;
  readonly difference: Difference | undefined;
};

/** Registers the policies and creates the objects. A name that was used before would mix their answers with others. */
export async function compareMatching(
  admission: Admission,
  resources: readonly ApiResource[],
  {
    name,
    policies,
    objects,
  }: {
    readonly name: string;
    readonly policies: readonly TestPolicy[];
    readonly objects: readonly TestObject[];
  },
): Promise<readonly ComparedPair[]> {
  const matching = new Matching(policies, resources);
  const webhooks = policies.map((policy, index) => ({ id: `${name}-p${index}`, spec: toWebhook(policy) }));
  const pairs: ComparedPair[] = [];
  await admission.withWebhooks(name, webhooks, async () => {
    const limit = pLimit(8);
    const stored = await Promise.all(objects.map((object) => limit(() => admission.create(object))));
    for (const [index, object] of objects.entries()) {
      const answers = matching.ask(object, stored[index] ?? object.object);
      for (const [policy, ours] of answers.entries()) {
        const theirs = admission.askedIn(
          `${name}-p${policy}`,
          object.object.metadata.annotations?.['id'] ?? '',
        );
        const kind = compare({ ours, theirs, object });
        const difference = kind === undefined ? undefined : { kind, ours: ours.version, theirs };
        pairs.push({ policy, object: index, asked: theirs !== undefined, difference });
      }
    }
  });
  return pairs;
}

type Ours = {
  readonly policy: Policy;
  /** The version in which we ask. */
  readonly version: string | undefined;
  readonly isPreferred: boolean;
  /** Whether an audit cannot decide all of its match conditions. */
  readonly isInDoubt: boolean;
};

/** What we would do with these policies. */
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

  /** In the order of the policies. */
  ask({ type, version }: TestObject, stored: ApiObject): readonly Ours[] {
    const planned = this.#plan.types.find(
      (candidate) => candidate.group === type.group && candidate.resource === type.plural,
    );
    const views = planned?.versions.map(({ resource }) => toAudited(resource, stored)) ?? [];
    const ignored = {
      coverage: { skip: () => undefined },
      miss: () => undefined,
      nameOnly: new Set<string>(),
    };
    const questions =
      planned === undefined
        ? []
        : questionsAbout(planned, { views }, { conditions: this.#conditions, ...ignored });
    const [preferred] = this.#resources.filter(
      (resource) => resource.group === type.group && resource.resource === type.plural,
    );
    return this.#policies.map((policy) => {
      const question = questions.find((candidate) => candidate.policy === policy);
      const isInDoubt = (this.#conditions.get(policy)?.notes.length ?? 0) > 0;
      const isPreferred = preferred?.version === version;
      return { policy, version: question?.object.resource.version, isPreferred, isInDoubt };
    });
  }
}

/** A stored object as the audit has it in a version of its type. */
export function toAudited(resource: ApiResource, stored: ApiObject): AuditedObject {
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
  ours: Ours;
  theirs: string | undefined;
  object: TestObject;
}): Difference['kind'] | undefined {
  const { ours, theirs, object } = pair;
  const { policy, version, isPreferred, isInDoubt } = ours;
  if (policy.namespace !== undefined && !object.type.namespaced) {
    return version === undefined ? undefined : 'a namespaced policy is asked about a cluster-scoped object';
  }
  if (theirs !== undefined && version === undefined) return 'only the API server asks';
  if (theirs === undefined && version !== undefined) {
    const isOtherVersion = policy.matchPolicy === 'Exact' && version !== object.version;
    return isInDoubt || isOtherVersion ? undefined : 'only we ask';
  }
  return isPreferred && theirs !== version ? 'both ask, in other versions' : undefined;
}
