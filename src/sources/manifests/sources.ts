import { type ApiResource, type AuditedObject, formatGroupResource } from '../../domain/index.ts';
import { matchesSelector, parseLabelSelector } from '../../text/index.ts';
import type {
  ApiDiscovery,
  ListTarget,
  NamespaceSource,
  ObjectReader,
  OwnerSource,
  ResourceSource,
} from '../index.ts';
import { createLayeredReader } from './layered-reader.ts';
import type { Manifests } from './manifests.ts';
import { createManifestObjectReader } from './object-reader.ts';
import { createManifestOwnerSource } from './owners.ts';

export type ManifestSources = {
  readonly discovery: ApiDiscovery;
  readonly namespaces: NamespaceSource;
  readonly resources: ResourceSource;
  readonly owners: OwnerSource;
  /** The same objects for policies that read others than the one they are asked about. */
  readonly reader: ObjectReader;
};

/**
 * Answers like a cluster in which the input has been applied. `load` is called once, at the first question. Policies read the objects of
 * `beyond` as well, where the input and the facts do not have them.
 */
export function createManifestSources(
  load: (signal: AbortSignal) => Promise<Manifests>,
  beyond?: ObjectReader,
): ManifestSources {
  let loading: Promise<Manifests> | undefined;
  const loaded = (signal: AbortSignal): Promise<Manifests> => (loading ??= load(signal));
  return {
    owners: createManifestOwnerSource(loaded),
    reader:
      beyond === undefined
        ? createManifestObjectReader(loaded)
        : createLayeredReader(createManifestObjectReader(loaded), beyond),
    discovery: {
      async discover(signal) {
        const { types, objects, unread, input } = await loaded(signal);
        // A type of which only facts are known is nothing that a policy could be asked about.
        const isAudited = (type: ApiResource): boolean =>
          type.isGuess !== true || objects.has(formatGroupResource(type));
        return { resources: types.filter(isAudited), failures: [], unread, input };
      },
    },
    namespaces: {
      async list(signal) {
        return (await loaded(signal)).namespaces;
      },
      async get(name, signal) {
        return (await loaded(signal)).namespaces.find((namespace) => namespace.name === name);
      },
    },
    resources: {
      async *list(target, signal) {
        const { objects } = await loaded(signal);
        const ofType = objects.get(formatGroupResource(target.resource)) ?? [];
        const wanted = ofType.filter(createFilter(target));
        target.onSize?.(wanted.length);
        yield* wanted;
      },
    },
  };
}

/*
 * The version is not looked at: an API server converts an object to the version that a policy's rules name. Here it is shown as it
 * is written, which is better than to leave it out.
 */
function createFilter({ namespace, excludeNamespaces, labelSelector }: ListTarget) {
  const excluded = new Set<string | undefined>(excludeNamespaces);
  const selector = labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  return ({ reference, labels }: AuditedObject): boolean => {
    const inScope =
      namespace === undefined ? !excluded.has(reference.namespace) : reference.namespace === namespace;
    return inScope && matchesSelector(selector, labels);
  };
}
