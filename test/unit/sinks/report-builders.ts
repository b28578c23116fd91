import type { Policy } from '../../../src/domain/policy.ts';
import type { PolicyResult, ResourceReport } from '../../../src/domain/report.ts';
import type { ObjectReference } from '../../../src/domain/resource.ts';
import { aPolicy } from '../../support/builders.ts';

/** A valid UID for a test: `aUid(7)`. */
export function aUid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A Deployment by `namespace/name`, or a Namespace by `name`. */
export function aSubject(path: string, overrides: Partial<ObjectReference> = {}): ObjectReference {
  const [name = '', namespace] = path.split('/').reverse();
  const type =
    namespace === undefined
      ? { apiVersion: 'v1', kind: 'Namespace' }
      : { apiVersion: 'apps/v1', kind: 'Deployment' };
  return { ...type, namespace, name, uid: aUid(1), resourceVersion: '10', ...overrides };
}

export function aPass(policy: string | Policy, message?: string): PolicyResult {
  return { policy: toPolicy(policy), result: 'pass', message, errorCode: undefined };
}

export function aFail(policy: string | Policy, message = 'not allowed'): PolicyResult {
  return { policy: toPolicy(policy), result: 'fail', message, errorCode: undefined };
}

export function aReport(subject: ObjectReference | string, results: readonly PolicyResult[]): ResourceReport {
  const reference = typeof subject === 'string' ? aSubject(subject) : subject;
  const groupResource = reference.namespace === undefined ? 'namespaces' : 'deployments.apps';
  return { subject: reference, groupResource, results };
}

function toPolicy(policy: string | Policy): Policy {
  return typeof policy === 'string' ? aPolicy(policy) : policy;
}
