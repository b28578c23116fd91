import { type AuditScope } from '../../domain/index.ts';
import type { AuditPlan, PlannedType } from '../../matching/index.ts';
import type { ReportApi, ReportMapper } from '../../reports/index.ts';
import { type Permission, policyApi, policyResources } from '../../sources/index.ts';
import type { EngineReads } from './engine-reads.ts';

/** A permission that a scan needs, and what it is for. */
export type Need = {
  readonly permission: Permission;
  readonly purpose: Purpose;
  /** True where a scan that may not do it in the whole cluster does it in each namespace. */
  readonly fallsBack: boolean;
};

/**
 * `start`: without it no scan begins. `servers`: without it no policy server is found, or it is not known on which terms its policies
 * run here. `endpoints`: without it connections to policy servers are not kept. `events`: without it no Events are written. `types`: without it a type is not audited. `context`: without it policies that read the type fail. `reports`: without it reports
 * are not stored.
 */
export type Purpose = 'start' | 'servers' | 'endpoints' | 'events' | 'types' | 'context' | 'reports';

/** The evaluator: a policy server whose address the user gives, those that are found in the cluster, or the scanner itself. */
export type Evaluation = 'given server' | 'found servers' | EngineReads;

export type NeedsOptions = {
  readonly scope: AuditScope;
  readonly kubewardenNamespace: string;
  readonly evaluation: Evaluation;
  /** Whether installed policies take part; those of files need no permission. */
  readonly installed: boolean;
  /** Whether the endpoints of the policy servers that are found are connected to. */
  readonly balanced: boolean;
  /** Whether Events are written on the Job, which is taken to be in the namespace of Kubewarden. */
  readonly events: boolean;
  /** Undefined where it is not known which types the policies need. */
  readonly plan: AuditPlan | undefined;
  /** The stored reports that are the baseline, where they are; the scan does not begin without it. */
  readonly baseline: ReportMapper | undefined;
  /** Undefined for a scan that stores nothing. `legacy` are reports that are cleaned up, where the cluster has them. */
  readonly reports: { readonly written: ReportMapper; readonly legacy: ReportMapper | undefined } | undefined;
};

const core = { group: '', version: 'v1' };
const endpointSlices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };

/** Every request that a scan sends to the API server, as the permission for it; discovery is allowed to every user. */
export function findNeeds(options: NeedsOptions): readonly Need[] {
  const { plan } = options;
  return [
    ...needed('start', [...startPermissions(options), ...baselinePermissions(options)]),
    ...needed('servers', serverPermissions(options)),
    ...needed('endpoints', endpointPermissions(options)),
    ...needed('events', eventPermissions(options)),
    ...(plan === undefined ? [] : typeNeeds(plan.types, options.scope)),
    ...needed('context', contextPermissions(options)),
    ...needed('reports', reportPermissions(options)),
  ];
}

function needed(purpose: Purpose, permissions: readonly Permission[]): readonly Need[] {
  return permissions.map((permission) => ({ permission, purpose, fallsBack: false }));
}

function startPermissions({ scope: { namespaces }, installed }: NeedsOptions): readonly Permission[] {
  const policies = (installed ? policyResources : []).map(({ resource }) => ({
    ...policyApi,
    resource,
    verb: 'list',
    namespace: undefined,
  }));
  const resource = 'namespaces';
  if (namespaces === 'none') return policies;
  if (namespaces === 'all') return [...policies, { ...core, resource, verb: 'list', namespace: undefined }];
  // RBAC takes a namespace to be inside itself.
  return [...policies, ...namespaces.map((namespace) => ({ ...core, resource, verb: 'get', namespace }))];
}

/** Permission to store reports includes reading them. */
function baselinePermissions({ baseline, reports, scope }: NeedsOptions): readonly Permission[] {
  if (baseline === undefined || reports !== undefined) return [];
  const { group, version, plural } = baseline.cluster;
  return [
    ...mapperPermissions(baseline, ['list'], scope),
    // That of the last run.
    { group, version, resource: plural, verb: 'get', namespace: undefined },
  ];
}

function serverPermissions({
  evaluation,
  kubewardenNamespace,
  installed,
}: NeedsOptions): readonly Permission[] {
  if (evaluation === 'given server' || !installed) return [];
  const servers = { ...policyApi, resource: 'policyservers', verb: 'list', namespace: undefined };
  const inNamespace = { ...core, namespace: kubewardenNamespace };
  return evaluation === 'found servers'
    ? [servers, { ...inNamespace, resource: 'services', verb: 'list' }]
    : [servers, ...evaluation.objects.map((object) => ({ ...inNamespace, ...object, verb: 'get' }))];
}

/** In the whole cluster, whatever is audited: a policy may ask for objects anywhere. */
function endpointPermissions({
  evaluation,
  balanced,
  kubewardenNamespace: namespace,
}: NeedsOptions): readonly Permission[] {
  return balanced && evaluation === 'found servers' ? [{ ...endpointSlices, verb: 'list', namespace }] : [];
}

/** The Pod says which Job it belongs to. */
function eventPermissions({ events, kubewardenNamespace: namespace }: NeedsOptions): readonly Permission[] {
  if (!events) return [];
  return [
    { ...core, resource: 'pods', verb: 'get', namespace },
    { group: 'events.k8s.io', version: 'v1', resource: 'events', verb: 'create', namespace },
  ];
}

function contextPermissions({ evaluation }: NeedsOptions): readonly Permission[] {
  if (typeof evaluation === 'string') return [];
  return evaluation.types.map(({ group, version, resource }) => ({
    group,
    version,
    resource,
    verb: 'list',
    namespace: undefined,
  }));
}

/** Whatever the namespaces of today are: a role shall still do tomorrow. */
function typeNeeds(types: readonly PlannedType[], scope: AuditScope): readonly Need[] {
  return types.flatMap(({ group, resource, namespaced, versions }) => {
    const type = { group, resource, version: versions[0]?.resource.version ?? '', verb: 'list' };
    return placesOf(scope, namespaced).map((namespace) => ({
      permission: { ...type, namespace },
      purpose: 'types' as const,
      fallsBack: namespaced && namespace === undefined,
    }));
  });
}

function placesOf({ namespaces }: AuditScope, namespaced: boolean): readonly (string | undefined)[] {
  if (!namespaced || namespaces === 'all') return [undefined];
  return namespaces === 'none' ? [] : namespaces;
}

function reportPermissions({ reports, scope }: NeedsOptions): readonly Permission[] {
  if (reports === undefined) return [];
  const { written, legacy } = reports;
  const all = ['get', 'list', 'create', 'patch', 'delete'];
  return [
    // To tell a namespace that is being deleted, where nothing can be stored, from a missing permission.
    ...(scope.namespaces === 'all'
      ? [{ ...core, resource: 'namespaces', verb: 'get', namespace: undefined }]
      : []),
    ...mapperPermissions(written, all, scope),
    ...(legacy === undefined ? [] : mapperPermissions(legacy, ['list', 'delete'], scope)),
  ];
}

function mapperPermissions(
  { cluster, namespaced }: ReportMapper,
  verbs: readonly string[],
  scope: AuditScope,
): readonly Permission[] {
  const toPermissions = ({ group, version, plural }: ReportApi, namespace: string | undefined) =>
    verbs.map((verb) => ({ group, version, resource: plural, verb, namespace }));
  return [
    ...(scope.cluster ? toPermissions(cluster, undefined) : []),
    ...(scope.namespaces === 'none'
      ? []
      : placesOf(scope, true).flatMap((namespace) => toPermissions(namespaced, namespace))),
  ];
}
