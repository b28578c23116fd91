import { AuditError, errorCodes, type Policy } from '../domain/index.ts';
import {
  type AuditPlan,
  auditedOf,
  type MatchConditions,
  type PlanScope,
  planAudit,
  readConditions,
} from '../matching/index.ts';
import type { DiscoveredApi, Namespace } from '../sources/index.ts';
import type { AuditPorts, AuditRequest } from './ports.ts';

type PreparationPorts = Pick<AuditPorts, 'discovery' | 'policies' | 'namespaces' | 'evaluator'>;
export type PreparationRequest = Pick<
  AuditRequest,
  'scope' | 'ignoreNamespaces' | 'kubewardenNamespace' | 'acceptsPolicy' | 'acceptsType'
>;
export type ListedPolicies = Awaited<ReturnType<AuditPorts['policies']['list']>>;

/** What an audit knows before it lists the first object. */
export type Preparation = {
  readonly api: DiscoveredApi;
  readonly policies: ListedPolicies;
  readonly scope: PlanScope;
  /** Existing namespaces that the settings leave out, and Kubewarden's own where no policy applies there. */
  readonly ignoredNamespaces: readonly string[];
  /** What the evaluator cannot evaluate is `errored` here. */
  readonly plan: AuditPlan;
  /** The match conditions of the policies that have some. */
  readonly conditions: ReadonlyMap<Policy, MatchConditions>;
  /** By unique name: the planned policies that the evaluator cannot evaluate, and why. */
  readonly unprepared: ReadonlyMap<string, AuditError>;
};

/**
 * Gathers, plans, and makes the evaluator ready: all that an audit does before it lists objects, and all that it takes to say what
 * an audit would do. Rejects with an AuditError when an audit could not start.
 */
export async function prepareAudit(
  ports: PreparationPorts,
  request: PreparationRequest,
  signal: AbortSignal,
): Promise<Preparation> {
  const [api, policies, { namespaces, ignoredNamespaces: ignored }] = await Promise.all([
    ports.discovery.discover(signal),
    ports.policies.list(signal),
    gatherNamespaces(ports, request, signal),
  ]);
  const conditions = await readConditions(policies.policies);
  const { plan: planned, scope } = planScan({ api, policies: policies.policies, namespaces }, request);
  const plan = noteConditions(planned, conditions);
  const audited = auditedOf(plan);
  const unprepared = await ports.evaluator.prepare(
    audited.map(({ status }) => status.policy),
    signal,
  );
  const unused = namespaces.map(({ name }) => name).filter((name) => !scope.namespaces.has(name));
  const ignoredNamespaces = [...ignored, ...unused];
  const prepared = markUnprepared(plan, unprepared);
  return { api, policies, scope, ignoredNamespaces, plan: prepared, conditions, unprepared };
}

function noteConditions(plan: AuditPlan, conditions: ReadonlyMap<Policy, MatchConditions>): AuditPlan {
  const selected = plan.selected.map((candidate) => {
    const { status } = candidate;
    const undecidable = conditions.get(status.policy)?.notes ?? [];
    if (status.state !== 'audited' || undecidable.length === 0) return candidate;
    return { ...candidate, status: { ...status, notes: [...status.notes, ...undecidable] } };
  });
  return { ...plan, selected };
}

/** What is to be listed where, and who is asked about it, as far as these facts go. */
export function planScan(
  facts: {
    readonly api: DiscoveredApi;
    readonly policies: readonly Policy[];
    readonly namespaces: readonly Namespace[];
  },
  request: PreparationRequest,
): { readonly plan: AuditPlan; readonly scope: PlanScope } {
  const { api, policies, namespaces } = facts;
  const scope: PlanScope = {
    cluster: request.scope.cluster,
    namespaces: new Map(
      withoutKubewarden(namespaces, policies, request).map(({ name, labels }) => [name, labels]),
    ),
    allNamespaces: request.scope.namespaces === 'all',
    kubewardenNamespace: request.kubewardenNamespace,
    nameOnly: new Set(namespaces.filter(({ isNameOnly }) => isNameOnly === true).map(({ name }) => name)),
  };
  const apiFacts = {
    resources: api.resources,
    unavailable: api.failures.map(({ groupVersion }) => groupVersion),
  };
  const filter = { policy: request.acceptsPolicy, type: request.acceptsType };
  return { plan: planAudit(policies, apiFacts, { scope, filter }), scope };
}

/** Kubewarden's own namespace is only looked at for policies that apply there, or if it was asked for by its name. */
function withoutKubewarden(
  namespaces: readonly Namespace[],
  policies: readonly Policy[],
  { scope, kubewardenNamespace, acceptsPolicy }: PreparationRequest,
): readonly Namespace[] {
  const appliesInside = policies.some(
    (policy) =>
      policy.allowInsideAdmissionControllerNamespace &&
      (policy.namespace ?? kubewardenNamespace) === kubewardenNamespace &&
      policy.backgroundAudit &&
      policy.status === 'active' &&
      acceptsPolicy(policy),
  );
  return scope.namespaces !== 'all' || appliesInside
    ? namespaces
    : namespaces.filter(({ name }) => name !== kubewardenNamespace);
}

/** The namespaces that are audited, Kubewarden's own among them. Rejects when one that was named does not exist. */
export async function gatherNamespaces(
  ports: Pick<PreparationPorts, 'namespaces'>,
  { scope: { namespaces }, ignoreNamespaces }: PreparationRequest,
  signal: AbortSignal,
): Promise<{ readonly namespaces: readonly Namespace[]; readonly ignoredNamespaces: readonly string[] }> {
  if (namespaces === 'none') return { namespaces: [], ignoredNamespaces: [] };
  if (namespaces === 'all') {
    const ignored = new Set(ignoreNamespaces);
    const isIgnored = ({ name }: Namespace): boolean => ignored.has(name);
    const existing = await ports.namespaces.list(signal);
    return {
      namespaces: existing.filter((namespace) => !isIgnored(namespace)),
      ignoredNamespaces: existing.filter(isIgnored).map(({ name }) => name),
    };
  }
  const named = await Promise.all(
    namespaces.map(async (name) => {
      const found = await ports.namespaces.get(name, signal);
      if (found === undefined) {
        throw new AuditError(errorCodes.namespaceNotFound, `namespace "${name}" does not exist`, {
          tries: ['kubectl get namespaces'],
        });
      }
      return found;
    }),
  );
  return { namespaces: named, ignoredNamespaces: [] };
}

function markUnprepared(plan: AuditPlan, unprepared: ReadonlyMap<string, AuditError>): AuditPlan {
  const selected = plan.selected.map((candidate) => {
    const error = unprepared.get(candidate.status.policy.uniqueName);
    if (error === undefined || candidate.status.state !== 'audited') return candidate;
    const status = { ...candidate.status, state: 'errored' as const, reason: error.message };
    return { ...candidate, status };
  });
  return { ...plan, selected };
}
