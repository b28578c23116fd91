import type { AuditedObject } from '../domain/resource.ts';
import { matchesSelector } from '../domain/selector.ts';
import type { PlannedPolicy } from './plan.ts';

/**
 * Whether a planned policy is asked about an object of one of its types. The namespaceSelector is not applied to cluster-scoped
 * objects, Namespace objects included, as the reference does.
 */
export function matchesObject({ policy, namespaces }: PlannedPolicy, object: AuditedObject): boolean {
  const { namespace } = object.reference;
  const inNamespace = namespace === undefined || namespaces === undefined || namespaces.has(namespace);
  return inNamespace && matchesSelector(policy.objectSelector, object.labels);
}
