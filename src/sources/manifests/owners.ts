import { type AuditedObject, formatGroupResource } from '../../domain/index.ts';
import { type OwnedObject, type OwnerSource, readOwner } from '../index.ts';
import type { Manifests } from './manifests.ts';

/** Owners among the objects of the input and of the facts, which are known by their names: few files give a UID. */
export function createManifestOwnerSource(load: (signal: AbortSignal) => Promise<Manifests>): OwnerSource {
  const byType = new Map<string, ReadonlyMap<string, AuditedObject>>();
  return {
    async find(type, { namespace, name }, signal) {
      const { objects, facts } = await load(signal);
      const groupResource = formatGroupResource(type);
      const known =
        byType.get(groupResource) ??
        byName([...(facts.get(groupResource) ?? []), ...(objects.get(groupResource) ?? [])]);
      byType.set(groupResource, known);
      const object = known.get(`${namespace ?? ''}/${name}`);
      return object && toOwned(object);
    },
  };
}

function byName(objects: readonly AuditedObject[]): ReadonlyMap<string, AuditedObject> {
  return new Map(
    objects.map((object) => [`${object.reference.namespace ?? ''}/${object.reference.name}`, object]),
  );
}

function toOwned({ json }: AuditedObject): OwnedObject {
  return { uid: '', owner: readOwner(json) };
}
