import { z } from 'zod';
import {
  AuditError,
  documentationOf,
  errorCodes,
  formatPolicy,
  type ModuleUse,
  matchDefaults,
  type Policy,
  type PolicyExecution,
  type PolicyKind,
  type Severity,
  severities,
  uniqueNameOf,
} from '../domain/index.ts';
import { toModuleUrl } from '../modules/index.ts';
import type { LabelSelector } from '../text/index.ts';
import type { BrokenPolicy } from './source.ts';

/** The API of the four policy kinds, in the order in which a PolicySource gives them. */
export const policyApi = { group: 'policies.kubewarden.io', version: 'v1' } as const;
export const policyResources: readonly { readonly kind: PolicyKind; readonly resource: string }[] = [
  { kind: 'ClusterAdmissionPolicy', resource: 'clusteradmissionpolicies' },
  { kind: 'ClusterAdmissionPolicyGroup', resource: 'clusteradmissionpolicygroups' },
  { kind: 'AdmissionPolicy', resource: 'admissionpolicies' },
  { kind: 'AdmissionPolicyGroup', resource: 'admissionpolicygroups' },
];

/** In the order of a PolicySource; those of one kind stay in their own. */
export function sortByKind(policies: readonly Policy[]): readonly Policy[] {
  const rank = ({ kind }: Policy): number => policyResources.findIndex((type) => type.kind === kind);
  return policies.toSorted((a, b) => rank(a) - rank(b));
}

const severityAnnotation = 'io.kubewarden.policy.severity';
const categoryAnnotation = 'io.kubewarden.policy.category';
/** Ours. */
const pureAnnotation = 'audit-scanner.io/pure';

const strings = listOf(z.string());

const ruleSchema = z.object({
  apiGroups: strings,
  apiVersions: strings,
  resources: strings,
  operations: strings,
  scope: withDefault(z.string(), '*'),
});

const selectorSchema = z
  .object({
    matchLabels: optional(z.record(z.string(), z.string())),
    matchExpressions: optional(
      z.array(z.object({ key: z.string(), operator: z.string(), values: optional(z.array(z.string())) })),
    ),
  })
  .transform((selector): LabelSelector => selector);

const contextAwareResources = listOf(z.object({ apiVersion: z.string(), kind: z.string() }));

/** What a policy or a member of a group says about its module, besides which it is. */
export const moduleUseSchema = {
  settings: withDefault(z.record(z.string(), z.unknown()), {}),
  contextAwareResources,
  timeoutEvalSeconds: optional(z.number()),
  // Not in the custom resources, whose policies may do everything.
  hostCapabilities: withDefault(z.array(z.string()), ['*']),
};

const policySchema = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: optional(z.string()),
    uid: withDefault(z.string(), ''),
    resourceVersion: withDefault(z.string(), ''),
    generation: withDefault(z.number(), 1),
    annotations: withDefault(z.record(z.string(), z.string()), {}),
  }),
  // The defaults are those of the CRDs, for policies that were not admitted by them.
  spec: z.object({
    policyServer: withDefault(z.string(), 'default'),
    mode: withDefault(z.enum(['protect', 'monitor']), 'protect'),
    backgroundAudit: withDefault(z.boolean(), true),
    mutating: withDefault(z.boolean(), false),
    timeoutSeconds: withDefault(z.number(), matchDefaults.timeoutSeconds),
    rules: listOf(ruleSchema),
    objectSelector: optional(selectorSchema),
    namespaceSelector: optional(selectorSchema),
    allowInsideAdmissionControllerNamespace: withDefault(
      z.boolean(),
      matchDefaults.allowInsideAdmissionControllerNamespace,
    ),
    matchPolicy: withDefault(z.enum(['Equivalent', 'Exact']), matchDefaults.matchPolicy),
    matchConditions: listOf(z.object({ name: withDefault(z.string(), ''), expression: z.string() })),
    failurePolicy: withDefault(z.enum(['Fail', 'Ignore']), matchDefaults.failurePolicy),
    module: optional(z.string()),
    ...moduleUseSchema,
    policies: withDefault(
      z.record(z.string(), z.object({ module: withDefault(z.string(), ''), ...moduleUseSchema })),
      {},
    ),
    expression: withDefault(z.string(), ''),
    message: optional(z.string()),
  }),
  status: withDefault(z.object({ policyStatus: withDefault(z.string(), '') }), { policyStatus: '' }),
});

type PolicyDocument = z.infer<typeof policySchema>;

/** Reads one policy object of the given kind as the API or a file gives it. Never throws: what is not a policy comes as broken. */
export function parsePolicy(kind: PolicyKind, document: unknown): Policy | BrokenPolicy {
  const { data, error } = policySchema.safeParse(document);
  if (error !== undefined) return toBrokenPolicy(kind, document, error);
  const { metadata, spec, status } = data;
  const isNamespaced = kind === 'AdmissionPolicy' || kind === 'AdmissionPolicyGroup';
  const identity = { kind, name: metadata.name, namespace: isNamespaced ? metadata.namespace : undefined };
  return {
    ...identity,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    uniqueName: uniqueNameOf(identity),
    policyServer: spec.policyServer,
    mode: spec.mode,
    mutating: isGroup(kind) ? false : spec.mutating,
    contextAware: isContextAware(kind, spec),
    backgroundAudit: spec.backgroundAudit,
    status: status.policyStatus,
    rules: spec.rules,
    objectSelector: spec.objectSelector,
    // The namespaced kinds apply to their own namespace only; their CRDs have no such field.
    namespaceSelector: isNamespaced ? undefined : spec.namespaceSelector,
    allowInsideAdmissionControllerNamespace: isNamespaced || spec.allowInsideAdmissionControllerNamespace,
    matchPolicy: spec.matchPolicy,
    matchConditions: spec.matchConditions,
    failurePolicy: spec.failurePolicy,
    timeoutSeconds: spec.timeoutSeconds,
    severity: toSeverity(spec.mode, metadata.annotations[severityAnnotation]),
    category: metadata.annotations[categoryAnnotation],
    ...toPurity(metadata.annotations[pureAnnotation]),
    ...toDocumented(metadata.annotations),
    execution: toExecution(kind, spec),
  };
}

function toExecution(kind: PolicyKind, spec: PolicyDocument['spec']): PolicyExecution | undefined {
  if (isGroup(kind)) {
    const { policies, expression, message = '' } = spec;
    const members = Object.entries(policies).map(([name, use]) => [name, withGrants(kind, use)] as const);
    return { kind: 'group', members: Object.fromEntries(members), expression, message };
  }
  const { module, settings, contextAwareResources, timeoutEvalSeconds, hostCapabilities } = spec;
  if (module === undefined) return undefined;
  const use = { module, settings, contextAwareResources, timeoutEvalSeconds, hostCapabilities };
  return { kind: 'single', ...withGrants(kind, use) };
}

/** The namespaced kinds have no field for other objects, and their authors must not read these. */
function withGrants(kind: PolicyKind, { module, ...use }: ModuleUse): ModuleUse {
  const named = { ...use, module: toModuleUrl(module) };
  return kind.startsWith('Cluster') ? named : { ...named, contextAwareResources: [] };
}

function isGroup(kind: PolicyKind): boolean {
  return kind === 'ClusterAdmissionPolicyGroup' || kind === 'AdmissionPolicyGroup';
}

/** Only cluster-wide policies may see other resources; a group does when one of its members does. */
function isContextAware(kind: PolicyKind, spec: PolicyDocument['spec']): boolean {
  if (kind === 'ClusterAdmissionPolicy') return spec.contextAwareResources.length > 0;
  if (kind !== 'ClusterAdmissionPolicyGroup') return false;
  return Object.values(spec.policies).some((member) => member.contextAwareResources.length > 0);
}

/** Anything but a clear yes is a no; without the annotation nothing is said. */
function toPurity(annotation: string | undefined): Pick<Policy, 'declaredPure'> {
  return annotation === undefined ? {} : { declaredPure: annotation === 'true' };
}

/** What annotations say of a policy for people, as far as they say anything. */
export function toDocumented(annotations: Readonly<Record<string, string>>): Pick<Policy, 'documentation'> {
  const documentation = documentationOf(annotations);
  return documentation === undefined ? {} : { documentation };
}

/** Reports with another severity than these are refused by the API server, with all results in them. */
export function toSeverity(mode: Policy['mode'], annotation: string | undefined): Severity | undefined {
  if (mode === 'monitor') return 'info';
  const normalized = annotation?.trim().toLowerCase();
  return severities.find((severity) => severity === normalized);
}

const nameSchema = z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional() }) });

function toBrokenPolicy(kind: PolicyKind, document: unknown, error: z.ZodError): BrokenPolicy {
  const { name = '(without a name)', namespace } = nameSchema.safeParse(document).data?.metadata ?? {};
  const policy = formatPolicy({ kind, name, namespace });
  const facts = error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  const message = `${policy} is malformed: ${facts[0] ?? ''}`;
  return {
    name: policy,
    error: new AuditError(errorCodes.policyInvalid, message, { facts: facts.slice(1) }),
  };
}

/** Kubernetes treats null like a missing field; the three below do so too. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export function withDefault<T extends z.ZodType>(schema: T, value: z.output<T>) {
  return schema.nullish().transform((given) => given ?? value);
}

function listOf<T extends z.ZodType>(element: T) {
  return z
    .array(element)
    .nullish()
    .transform((value) => value ?? []);
}
