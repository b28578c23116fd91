import type { LabelSelector } from '../text/index.ts';
import type { PolicyDocumentation } from './policy-documentation.ts';
import type { Severity } from './severity.ts';

export type PolicyKind =
  | 'ClusterAdmissionPolicy'
  | 'ClusterAdmissionPolicyGroup'
  | 'AdmissionPolicy'
  | 'AdmissionPolicyGroup';

/** One webhook rule as admissionregistration.k8s.io defines it. `scope` is `*`, `Cluster` or `Namespaced`. */
export type RuleWithOperations = {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: string;
};

export type ContextAwareResource = { readonly apiVersion: string; readonly kind: string };

/** One WebAssembly module with its settings. `module` is a URL, like `registry://ghcr.io/org/policy:v1` or `file:///srv/policy.wasm`. */
export type ModuleUse = {
  readonly module: string;
  /** Any JSON object; numbers that a double cannot hold are `JSON.rawJSON` values, so it must go through JSON.stringify. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the policy was granted to read. */
  readonly contextAwareResources: readonly ContextAwareResource[];
  /** Patterns of what it may ask its host for, like `*` or `oci/*`. */
  readonly hostCapabilities: readonly string[];
  /** Overrides the engine's limit for one evaluation. */
  readonly timeoutEvalSeconds: number | undefined;
};

/** What a policy runs: one module, or a group of them whose verdicts are joined by an expression. */
export type PolicyExecution =
  | ({ readonly kind: 'single' } & ModuleUse)
  | {
      readonly kind: 'group';
      readonly members: Readonly<Record<string, ModuleUse>>;
      readonly expression: string;
      /** What is said when the expression is false. */
      readonly message: string;
    };

/** A CEL expression that has to be true of a request, for the policy to be asked about it. */
export type MatchCondition = { readonly name: string; readonly expression: string };

/** A Kubewarden policy of any of the four kinds. `namespace` is set for AdmissionPolicy and AdmissionPolicyGroup only. */
export type Policy = {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Counts the changes of its spec, from 1; what its controller writes into its status does not count. */
  readonly generation: number;
  /** The id under which a policy server and the reports know it, e.g. `clusterwide-no-privileged-pod`. */
  readonly uniqueName: string;
  readonly policyServer: string;
  readonly mode: 'protect' | 'monitor';
  readonly mutating: boolean;
  readonly contextAware: boolean;
  readonly backgroundAudit: boolean;
  /** `status.policyStatus`; an empty string when the controller has not set it yet. */
  readonly status: string;
  readonly rules: readonly RuleWithOperations[];
  readonly objectSelector: LabelSelector | undefined;
  readonly namespaceSelector: LabelSelector | undefined;
  /** Whether it applies in the namespace of Kubewarden itself. Only the cluster-wide kinds are kept out of there. */
  readonly allowInsideAdmissionControllerNamespace: boolean;
  /** Whether a rule for one version of a type also covers requests in its other versions. */
  readonly matchPolicy: 'Equivalent' | 'Exact';
  readonly matchConditions: readonly MatchCondition[];
  /** What admission does where a match condition cannot be evaluated. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly timeoutSeconds: number;
  /** What reports carry: `info` in monitor mode, else the annotation where it is one of the five, else undefined. */
  readonly severity: Severity | undefined;
  readonly category: string | undefined;
  /** What its annotation says of whether it looks at nothing but the request; undefined where it says nothing. */
  readonly declaredPure?: boolean | undefined;
  /** Where it is from, in a run in which policies of files take part beside installed ones. */
  readonly origin?: 'files' | 'installed' | undefined;
  /** What its annotations say of it for people. */
  readonly documentation?: PolicyDocumentation | undefined;
  /** Undefined where only a policy server knows it. */
  readonly execution?: PolicyExecution | undefined;
};

/** What a policy means that says nothing about whom it is asked about: the defaults of its CRD. */
export const matchDefaults = {
  objectSelector: undefined,
  namespaceSelector: undefined,
  allowInsideAdmissionControllerNamespace: false,
  matchPolicy: 'Equivalent',
  matchConditions: [],
  failurePolicy: 'Fail',
  timeoutSeconds: 10,
} as const satisfies Partial<Policy>;

/** The unique name that the Kubewarden controller gives a policy. */
export function uniqueNameOf(policy: Pick<Policy, 'kind' | 'name' | 'namespace'>): string {
  switch (policy.kind) {
    case 'ClusterAdmissionPolicy':
      return `clusterwide-${policy.name}`;
    case 'ClusterAdmissionPolicyGroup':
      return `clusterwide-group-${policy.name}`;
    case 'AdmissionPolicy':
      return `namespaced-${policy.namespace ?? ''}-${policy.name}`;
    case 'AdmissionPolicyGroup':
      return `namespaced-group-${policy.namespace ?? ''}-${policy.name}`;
  }
}

/** `ClusterAdmissionPolicy/no-privileged-pod` or `AdmissionPolicy/payments/limits`: how a person names a policy. */
export function formatPolicy(policy: Pick<Policy, 'kind' | 'name' | 'namespace'>): string {
  return policy.namespace === undefined
    ? `${policy.kind}/${policy.name}`
    : `${policy.kind}/${policy.namespace}/${policy.name}`;
}
