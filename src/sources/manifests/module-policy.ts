import { deriveUid, type Policy, type PolicyExecution, type RuleWithOperations } from '../../domain/index.ts';
import { type ModuleMetadata, toSeverity } from '../index.ts';

/** A policy that is no Kubernetes object: what it is about stands in its module. */
export type ModulePolicy = {
  readonly name: string;
  /** The id under which a policy server knows it. */
  readonly uniqueName: string;
  readonly mode: Policy['mode'];
  readonly metadata: readonly ModuleMetadata[];
  readonly execution: PolicyExecution;
};

/** It counts as a ClusterAdmissionPolicy that somebody made from the module, or as a group of such. */
export function toModulePolicy({ name, uniqueName, mode, metadata, execution }: ModulePolicy): Policy {
  const kind = execution.kind === 'group' ? 'ClusterAdmissionPolicyGroup' : 'ClusterAdmissionPolicy';
  const annotations = execution.kind === 'group' ? {} : (metadata[0]?.annotations ?? {});
  const identity = { kind, name, namespace: undefined } as const;
  return {
    ...identity,
    uid: deriveUid({ ...identity, apiVersion: 'policies.kubewarden.io/v1' }),
    resourceVersion: '',
    generation: 1,
    uniqueName,
    policyServer: 'default',
    mode,
    mutating: metadata.some(({ mutating }) => mutating),
    contextAware: isContextAware(execution),
    backgroundAudit: metadata.every(({ backgroundAudit }) => backgroundAudit),
    status: 'active',
    rules: metadata.flatMap(({ rules }) =>
      rules.map((rule): RuleWithOperations => ({ ...rule, scope: '*' })),
    ),
    objectSelector: undefined,
    namespaceSelector: undefined,
    allowInsideAdmissionControllerNamespace: false,
    matchPolicy: 'Equivalent',
    matchConditions: [],
    failurePolicy: 'Fail',
    timeoutSeconds: 10,
    severity: toSeverity(mode, annotations['io.kubewarden.policy.severity']),
    category: annotations['io.kubewarden.policy.category'],
    execution,
  };
}

function isContextAware(execution: PolicyExecution): boolean {
  const uses = execution.kind === 'group' ? Object.values(execution.members) : [execution];
  return uses.some(({ contextAwareResources }) => contextAwareResources.length > 0);
}
