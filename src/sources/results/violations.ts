import {
  type BaselineEntry,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  type SeverityName,
} from '../../domain/index.ts';
import { toPolicy } from './saved-outcome.ts';
import type { SavedResult } from './saved-result.ts';

/** Everything that a saved result says of objects; of a baseline, its entries in the form of reports. Rejects with an AuditError. */
export async function* readViolations(saved: SavedResult): AsyncGenerator<ResourceReport> {
  if (saved.kind === 'result') {
    yield* saved.readReports();
    return;
  }
  const policies = new Map(saved.outcome.policies.map(({ policy }) => [policy.uniqueName, policy]));
  for await (const entry of saved.readEntries()) {
    const policy = policies.get(entry.policy) ?? makePolicy(entry.policy, entry.severity);
    policies.set(entry.policy, policy);
    yield* toReports(entry, policy);
  }
}

/** One for each type of object on which it was found. */
function toReports(entry: BaselineEntry, policy: Policy): readonly ResourceReport[] {
  const { group, kind, namespace, name, messages, resources, isOwnerCertain } = entry;
  // A key knows no version, and every one is as good.
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  const results = messages.map(
    (message): PolicyResult => ({
      policy,
      result: 'fail',
      message,
      errorCode: undefined,
    }),
  );
  return resources.map((groupResource) => ({
    subject: { apiVersion, kind, namespace, name, uid: '', resourceVersion: '' },
    groupResource,
    results,
    ...(isOwnerCertain === false && { owner: { apiVersion, kind, name, groupResource, isCertain: false } }),
  }));
}

/** Of a policy that is not among those of the run nothing is known but this. */
function makePolicy(uniqueName: string, severity: SeverityName): Policy {
  const kind = 'ClusterAdmissionPolicy';
  const known = { kind, name: uniqueName, namespace: null, uniqueName, uid: '', category: null } as const;
  return toPolicy({ ...known, mode: 'protect' }, severity);
}
