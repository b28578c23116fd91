import type { AuditedObject, Labels } from '../domain/resource.ts';
import { matchesSelector } from '../domain/selector.ts';
import type { PlannedPolicy } from './plan.ts';

/**
 * Whether a planned policy is asked about an object of one of its types. A Namespace lies in itself: its own labels count for the
 * namespaceSelector. To other cluster-scoped objects the selector does not apply.
 */
export function matchesObject(planned: PlannedPolicy, object: AuditedObject): boolean {
  return matchesNamespace(planned, object) && matchesSelector(planned.policy.objectSelector, object.labels);
}

function matchesNamespace({ policy, namespaces, shunned }: PlannedPolicy, object: AuditedObject): boolean {
  const { name, namespace } = object.reference;
  if (namespace !== undefined) return namespaces === undefined || namespaces.has(namespace);
  // By its plural alone, whatever the group: so does the API server.
  if (object.resource.resource !== 'namespaces') return true;
  return name !== shunned && matchesSelector(policy.namespaceSelector, labelsOf(object));
}

/** The API server adds the name as a label to every Namespace before it asks anybody; one in a file may not have it yet. */
function labelsOf({ resource, labels, reference }: AuditedObject): Labels {
  return resource.group === '' ? { ...labels, 'kubernetes.io/metadata.name': reference.name } : labels;
}
