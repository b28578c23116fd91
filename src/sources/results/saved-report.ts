import type { Policy, PolicyResult, PolicyStatus, ResourceReport, TopOwner } from '../../domain/index.ts';
import type { SavedFinding } from './result-schema.ts';
import { toException } from './saved-exceptions.ts';
import { keyOf, toPolicy } from './saved-outcome.ts';
import { toCode, toOrigin } from './saved-values.ts';

/**
 * Makes reports of saved results, one of each. What many results have in common, policies and texts, is held once, because a document may
 * have a hundred thousand of them.
 */
export class ReportReader {
  readonly #policies: Map<string, Policy>;
  readonly #texts = new Map<string, string>();
  readonly #owners = new Map<string, TopOwner>();
  readonly #isCompared: boolean;

  /** `isCompared`: whether the run was compared with a baseline, so that the status of a result says more than that it is not accepted. */
  constructor(policies: readonly PolicyStatus[], { isCompared }: { readonly isCompared: boolean }) {
    this.#policies = new Map(
      policies.map(({ policy, cluster }) => [keyOf(policy.uniqueName, cluster), policy]),
    );
    this.#isCompared = isCompared;
  }

  toReport(finding: SavedFinding): ResourceReport {
    const { resource, owner, source, cluster } = finding;
    return {
      ...(cluster !== undefined && { cluster: this.#share(cluster) }),
      subject: {
        apiVersion: this.#share(resource.apiVersion),
        kind: this.#share(resource.kind),
        namespace: resource.namespace === null ? undefined : this.#share(resource.namespace),
        name: resource.name,
        uid: resource.uid,
        resourceVersion: resource.resourceVersion ?? '',
      },
      groupResource: this.#share(resource.resource),
      results: [this.#toResult(finding)],
      ...(source && { origin: toOrigin(source) }),
      ...(owner && { owner: this.#ownerOf(owner) }),
    };
  }

  #ownerOf({ apiVersion, kind, resource, name, isCertain }: NonNullable<SavedFinding['owner']>): TopOwner {
    const key = JSON.stringify([apiVersion, kind, resource, name, isCertain]);
    let owner = this.#owners.get(key);
    if (owner === undefined) {
      owner = { apiVersion, kind, groupResource: resource, name, isCertain };
      this.#owners.set(key, owner);
    }
    return owner;
  }

  #toResult(finding: SavedFinding): PolicyResult {
    const { result, message, code, status, exception } = finding;
    const isMarked = this.#isCompared && result === 'fail' && status !== 'accepted';
    return {
      policy: this.#policyOf(finding),
      result,
      message: message === '' ? undefined : this.#share(message),
      errorCode: code === null ? undefined : toCode(code),
      ...(exception && { exception: toException(exception) }),
      ...(isMarked && { baseline: status }),
    };
  }

  #policyOf({ policy, severity, cluster }: SavedFinding): Policy {
    const key = keyOf(policy.uniqueName, cluster);
    const known = this.#policies.get(key);
    if (known !== undefined) return known;
    const made = toPolicy(policy, severity);
    this.#policies.set(key, made);
    return made;
  }

  #share(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
