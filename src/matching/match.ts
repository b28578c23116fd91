import type { AuditedObject, Labels } from '../domain/resource.ts';
import { matchesSelector } from '../domain/selector.ts';
import type { PlannedPolicy } from './plan.ts';

/**
 * Whether a planned policy is asked about an object of one of its types. A Namespace lies in itself: its own labels count for the
 * namespaceSelector. To other cluster-scoped objects the selector does not apply.
 */
export function matchesObject(planned: PlannedPolicy, object: AuditedObject): boolean {
  const labels = labelsOf(object);
  return matchesNamespace(planned, object, labels) && matchesSelector(planned.policy.objectSelector, labels);
}

function matchesNamespace(
  { policy, namespaces, shunned }: PlannedPolicy,
  object: AuditedObject,
  labels: Labels,
): boolean {
  const { name, namespace } = object.reference;
  if (namespace !== undefined) return namespaces === undefined || namespaces.has(namespace);
  if (!isNamespace(object)) return true;
  return name !== shunned && matchesSelector(policy.namespaceSelector, labels);
}

/** The API server adds the name as a label to every Namespace before it asks anybody; one in a file may not have it yet. */
function labelsOf(object: AuditedObject): Labels {
  const { labels, reference } = object;
  return isNamespace(object) ? { ...labels, 'kubernetes.io/metadata.name': reference.name } : labels;
}

function isNamespace({ resource }: AuditedObject): boolean {
  return resource.group === '' && resource.resource === 'namespaces';
}
