import {
  type ApiResource,
  type AuditedObject,
  formatApiVersion,
  formatGroupResource,
  type ObjectReference,
  type OwnerReference,
  parseApiVersion,
  type ResourceReport,
  type TopOwner,
} from '../domain/index.ts';
import { type OwnedObject, type OwnerSource, readOwner } from '../sources/index.ts';

/** Longer than any real chain; it is followed no further. */
const longestChain = 32;
/** The groups of what usually owns Pods. Remembering every object would take memory without end. */
const workloadGroups: ReadonlySet<string> = new Set(['apps', 'batch']);

/** What owners are looked up in: what the audit has seen anyway, and for the rest the source. */
export type OwnerBookParts = { readonly source: OwnerSource; readonly types: readonly ApiResource[] };

/** Names the top owner of objects that have something wrong with them. */
export class OwnerBook {
  readonly #source: OwnerSource;
  readonly #types: readonly ApiResource[];
  readonly #seen = new Map<string, OwnedObject>();

  constructor({ source, types }: OwnerBookParts) {
    this.#source = source;
    this.#types = types;
  }

  /** Remembers an object that may own others, so that nobody has to be asked about it. */
  see({ resource, reference, json, origin }: AuditedObject): void {
    if (!workloadGroups.has(resource.group)) return;
    // That of an object in a file may be made up.
    const uid = origin === undefined ? reference.uid : '';
    this.#seen.set(keyOf(reference, reference.namespace), { uid, owner: readOwner(json) });
  }

  /** The same report with the owner of its object, if there is a finding in it and the object has one. */
  async nameOwner(
    report: ResourceReport,
    object: AuditedObject,
    signal: AbortSignal,
  ): Promise<ResourceReport> {
    if (isClean(report)) return report;
    const owner = await this.#findTopOwner(object.reference, readOwner(object.json), signal);
    return owner === undefined ? report : { ...report, owner };
  }

  /** The same for a report whose object nobody has read. Where nothing can be found out, the object stands for itself, and that is not certain. */
  async nameStoredOwner(report: ResourceReport, signal: AbortSignal): Promise<ResourceReport> {
    if (isClean(report)) return report;
    const { subject, groupResource } = report;
    const { apiVersion, kind, name, namespace } = subject;
    const found = await this.#find(subject, { type: this.#findType(subject), namespace, signal });
    const owner =
      found === undefined
        ? { apiVersion, kind, name, groupResource, isCertain: false }
        : await this.#findTopOwner(subject, found.owner, signal);
    return owner === undefined ? report : { ...report, owner };
  }

  /**
   * Goes from owner to owner. The chain ends at an object without one, or where the next owner is unknown. A cycle ends
   * where it closes, so that each object in it stands for itself.
   */
  async #findTopOwner(
    reference: ObjectReference,
    first: OwnerReference | undefined,
    signal: AbortSignal,
  ): Promise<TopOwner | undefined> {
    const passed = new Set([keyOf(reference, reference.namespace)]);
    let owner = unlessNode(first);
    let { namespace } = reference;
    let top: TopOwner | undefined;
    while (owner !== undefined) {
      const type = this.#findType(owner);
      top = toTopOwner(owner, type);
      if (type?.namespaced === false) namespace = undefined;
      const key = keyOf(owner, namespace);
      if (passed.has(key) || passed.size > longestChain) return { ...top, isCertain: false };
      passed.add(key);
      const found = await this.#find(owner, { type, namespace, signal });
      if (found === undefined) return { ...top, isCertain: false };
      owner = unlessNode(found.owner);
    }
    return top;
  }

  async #find(owner: OwnerReference, { type, namespace, signal }: Place): Promise<OwnedObject | undefined> {
    const seen = this.#seen.get(keyOf(owner, namespace));
    if (seen !== undefined && isSame(seen, owner)) return seen;
    // What has no namespace can have no owner in one.
    if (type === undefined || (type.namespaced && namespace === undefined)) return undefined;
    const found = await this.#source.find(type, { namespace, name: owner.name }, signal);
    return found !== undefined && found !== 'unknown' && isSame(found, owner) ? found : undefined;
  }

  /** The version that a reference names may be gone while the type is still served in another. */
  #findType({ apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>): ApiResource | undefined {
    const { group } = parseApiVersion(apiVersion);
    const types = this.#types.filter((type) => type.kind === kind && type.group === group);
    return types.find((type) => formatApiVersion(type) === apiVersion) ?? types[0];
  }
}

function isClean({ results }: ResourceReport): boolean {
  return results.every(({ result }) => result === 'pass');
}

type Place = {
  readonly type: ApiResource | undefined;
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
};

/** A kubelet names its Node as the owner of the static Pods that it runs. They are not created from it, and nobody fixes them there. */
function unlessNode(owner: OwnerReference | undefined): OwnerReference | undefined {
  return owner?.kind === 'Node' && owner.apiVersion === 'v1' ? undefined : owner;
}

/** Another object may have taken the name of one that is gone. */
function isSame(found: OwnedObject, { uid }: OwnerReference): boolean {
  return found.uid === '' || uid === '' || found.uid === uid;
}

function toTopOwner({ apiVersion, kind, name }: OwnerReference, type: ApiResource | undefined): TopOwner {
  const groupResource = type === undefined ? kind.toLowerCase() : formatGroupResource(type);
  return { apiVersion, kind, groupResource, name, isCertain: true };
}

function keyOf(
  { apiVersion, kind, name }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>,
  namespace: string | undefined,
): string {
  return `${parseApiVersion(apiVersion).group}/${kind}/${namespace ?? ''}/${name}`;
}
