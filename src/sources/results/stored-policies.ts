import { type Policy, type PolicyKind, uniqueNameOf } from '../../domain/index.ts';
import { toPolicy } from './saved-outcome.ts';
import { policyOf, type StoredRow } from './stored-document.ts';

/**
 * How a result stands to the policies of now: `current` is of the policy as it is, `changed` of one as it was before, `gone` of one that is not
 * there any more, `unknown` where the policies could not be listed.
 */
type Standing = 'current' | 'changed' | 'gone' | 'unknown';

/** Finds the policies that stored results are of. */
export class StoredPolicies {
  readonly #now: ReadonlyMap<string, Policy> | undefined;
  readonly #made = new Map<string, Policy>();

  /** `policies` are those of now; undefined where they could not be listed. */
  constructor(policies: readonly Policy[] | undefined) {
    this.#now = policies && new Map(policies.map((policy) => [policy.uniqueName, policy]));
  }

  /** The policy, with severity and category as they are stored. */
  find(row: StoredRow): { readonly policy: Policy; readonly standing: Standing } {
    const known = this.#now?.get(row.policy);
    const { uid, generation } = policyOf(row);
    const key = JSON.stringify([row.policy, uid, row.severity, row.category]);
    const policy = this.#made.get(key) ?? toStoredPolicy(row, known);
    this.#made.set(key, policy);
    if (this.#now === undefined) return { policy, standing: 'unknown' };
    if (known === undefined) return { policy, standing: 'gone' };
    const isCurrent = known.uid === uid && known.generation === generation;
    return { policy, standing: isCurrent ? 'current' : 'changed' };
  }
}

function toStoredPolicy(row: StoredRow, known: Policy | undefined): Policy {
  const { severity, category } = row;
  if (known !== undefined) {
    const isSame = known.severity === severity && known.category === category;
    return isSame ? known : { ...known, severity, category };
  }
  const name = row.properties['policy-name'] ?? row.policy;
  const namespace = row.properties['policy-namespace'];
  return toPolicy(
    {
      kind: kindOf(row.policy, { name, namespace }),
      name,
      namespace: namespace ?? null,
      uid: policyOf(row).uid,
      uniqueName: row.policy,
      // A result of a policy in monitor mode has this severity.
      mode: severity === 'info' ? 'monitor' : 'protect',
      category: category ?? null,
      generation: policyOf(row).generation,
      mutating: row.properties['mutating'] === 'true',
      contextAware: row.properties['context-aware'] === 'true',
    },
    severity ?? 'unset',
  );
}

const kinds: readonly PolicyKind[] = [
  'ClusterAdmissionPolicy',
  'ClusterAdmissionPolicyGroup',
  'AdmissionPolicy',
  'AdmissionPolicyGroup',
];

/** A report does not name the kind of a policy, but its unique name is made of it. */
function kindOf(
  uniqueName: string,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): PolicyKind {
  const matching = kinds.find((kind) => uniqueNameOf({ kind, name, namespace }) === uniqueName);
  return matching ?? (namespace === undefined ? 'ClusterAdmissionPolicy' : 'AdmissionPolicy');
}
