import type {
  ApiResource,
  ContextAwareResource,
  Policy,
  PolicyDocumentation,
  PolicyStatus,
} from '../../domain/index.ts';
import type { StoredPolicyResults } from '../../sinks/kubernetes/index.ts';

/** Why something could not be found out, in one line. */
export type Unknown = { readonly unknown: string };

/** What the engine knows of one module that a policy runs. `member` is set in groups. */
export type ExplainedModule = {
  readonly member: string | undefined;
  readonly reference: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly contextAwareResources: readonly ContextAwareResource[];
  /** The digest that the reference names; undefined where the tag may come to mean another module. */
  readonly pinned: string | undefined;
  /** SHA-256 of the module itself, and what it says of itself. */
  readonly content: { readonly digest: string; readonly documentation: PolicyDocumentation } | Unknown;
};

/** Everything that `explain` shows about a policy. */
export type PolicyExplanation = {
  readonly policy: Policy;
  /** What a scan of everything would do with it. */
  readonly audited: Pick<PolicyStatus, 'state' | 'reason' | 'notes'> | Unknown;
  /** The types that it reaches here. */
  readonly targets: readonly ApiResource[] | Unknown;
  /** What the policy says of itself, and for the rest its module. */
  readonly documentation: PolicyDocumentation;
  readonly modules: readonly ExplainedModule[] | Unknown;
  /** The signatures that its modules need. */
  readonly signatures: Signatures | Unknown;
  readonly results: StoredPolicyResults | Unknown;
};

/** `by` is where the signatures are listed that a module must have; undefined where nothing is verified. */
export type Signatures = { readonly by: string | undefined };

export function isUnknown(fact: object): fact is Unknown {
  return 'unknown' in fact;
}
