import {
  type BaselineEntry,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  type SeverityName,
} from '../../domain/index.ts';
import { keyOf, toPolicy } from './saved-outcome.ts';
import type { SavedResult } from './saved-result.ts';

/** Everything that a saved result says of objects; of a baseline, its entries in the form of reports. Rejects with an AuditError. */
export async function* readViolations(saved: SavedResult): AsyncGenerator<ResourceReport> {
  if (saved.kind === 'result') {
    yield* saved.readReports();
    return;
  }
  const policies = new Map(
    saved.outcome.policies.map(({ policy, cluster }) => [keyOf(policy.uniqueName, cluster), policy]),
  );
  for await (const entry of saved.readEntries()) {
    const key = keyOf(entry.policy, entry.cluster);
    const policy = policies.get(key) ?? makePolicy(entry.policy, entry.severity);
    policies.set(key, policy);
    yield* toReports(entry, policy);
  }
}

/** One for each type of object on which it was found. */
function toReports(entry: BaselineEntry, policy: Policy): readonly ResourceReport[] {
  const { cluster, group, kind, namespace, name, messages, resources, isOwnerCertain } = entry;
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
    ...(cluster !== undefined && { cluster }),
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
