import type {
  ApiResource,
  AuditError,
  AuditedObject,
  InputCoverage,
  Labels,
  OwnerReference,
  Policy,
} from '../domain/index.ts';
import type { ObjectReader } from './object-reader.ts';

export type Namespace = {
  readonly name: string;
  readonly labels: Labels;
  /** True where the Namespace itself was not seen: of its labels only the one with its name is known then. */
  readonly isNameOnly?: boolean | undefined;
};

/** What API discovery could say. `failures` are the group versions that are registered but did not answer. */
export type DiscoveredApi = {
  /** Every served type without its subresources; versions of one group are in the server's order of preference. */
  readonly resources: readonly ApiResource[];
  readonly failures: readonly { readonly groupVersion: string; readonly error: AuditError }[];
  /** Parts of the input that could not be read, so that it is unknown what they hold; only files have them. */
  readonly unread?: readonly UnreadInput[] | undefined;
  /** What else happened to the files; undefined for a cluster. */
  readonly input?: InputCoverage | undefined;
};

export type UnreadInput = { readonly path: string; readonly error: AuditError };

/** A policy object that is there but does not have the shape of a policy. */
export type BrokenPolicy = { readonly name: string; readonly error: AuditError };

export type ListTarget = {
  readonly resource: ApiResource;
  /** One namespace, or undefined for the whole cluster. */
  readonly namespace: string | undefined;
  /** Namespaces whose objects must not be yielded; only used when `namespace` is undefined. */
  readonly excludeNamespaces: readonly string[];
  /** A label selector in the API's text form, when the user asked for one. */
  readonly labelSelector: string | undefined;
  /** Told how many objects there are in all, once or again and again, as soon as that is known; nothing is asked for it. */
  readonly onSize?: ((objects: number) => void) | undefined;
};

export interface ApiDiscovery {
  /** Rejects with an AuditError when the API cannot be reached at all. */
  discover(signal: AbortSignal): Promise<DiscoveredApi>;
}

export interface PolicySource {
  /** Every policy of the four kinds, in the order CAP, CAPG, AP, APG. Rejects when any of the lists cannot be read. */
  list(
    signal: AbortSignal,
  ): Promise<{ readonly policies: readonly Policy[]; readonly broken: readonly BrokenPolicy[] }>;
}

export interface NamespaceSource {
  /** Every namespace of the cluster with its labels. */
  list(signal: AbortSignal): Promise<readonly Namespace[]>;
  /** One namespace, or undefined when it does not exist. */
  get(name: string, signal: AbortSignal): Promise<Namespace | undefined>;
}

/** A live cluster that files are meant for: it is asked for what the files leave open. Each rejects with an AuditError. */
export interface KnownCluster {
  types(signal: AbortSignal): Promise<readonly ApiResource[]>;
  /** Those of these Namespaces that are there and may be read. */
  namespaces(names: readonly string[], signal: AbortSignal): Promise<readonly Namespace[]>;
  /** Its objects, for policies that read others than the one that they are asked about. */
  readonly objects: ObjectReader;
}

export interface ResourceSource {
  /**
   * Yields the objects lazily, page by page, in the order of the API (namespace/name). Each object once. A page that cannot be
   * read rejects the iteration with an AuditError: `listForbidden` for 403, `listFailed` otherwise.
   */
  list(target: ListTarget, signal: AbortSignal): AsyncIterable<AuditedObject>;
}

/** An object that others may name as their owner, and its own owner. */
export type OwnedObject = {
  /** Empty where it is not known. */
  readonly uid: string;
  readonly owner: OwnerReference | undefined;
};

export interface OwnerSource {
  /**
   * The object of this type and name; undefined where there is none, `unknown` where that cannot be told. Why not has been told to
   * the creator of the source, once for each type. Rejects only for a defect.
   */
  find(
    type: ApiResource,
    object: { readonly namespace: string | undefined; readonly name: string },
    signal: AbortSignal,
  ): Promise<OwnedObject | undefined | 'unknown'>;
}

/** An object in the namespace of Kubewarden that a PolicyServer names in its `spec`. */
export type ReferredObject = { readonly resource: 'secrets' | 'configmaps'; readonly name: string };

export interface PolicyServerSource {
  /** What each PolicyServer refers to, by its name. Rejects with an AuditError. */
  references(signal: AbortSignal): Promise<ReadonlyMap<string, readonly ReferredObject[]>>;
}
