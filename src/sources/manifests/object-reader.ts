import {
  type ApiResource,
  AuditError,
  errorCodes,
  formatApiVersion,
  formatGroupResource,
  type Labels,
} from '../../domain/index.ts';
import { parseExactJson } from '../../text/index.ts';
import type { ObjectReader, ReadableObject } from '../index.ts';
import type { Manifests } from './manifests.ts';
import { isJsonObject, type JsonObject } from './objects.ts';

/** The objects of the input and of the facts, as policies read them: what else there is beside the manifest that is evaluated. */
export function createManifestObjectReader(load: (signal: AbortSignal) => Promise<Manifests>): ObjectReader {
  return {
    async findType({ apiVersion, kind }, signal) {
      const { types } = await load(signal);
      return types.find((type) => type.kind === kind && formatApiVersion(type) === apiVersion);
    },
    async *list(type, { namespace, fieldSelector }, signal) {
      const manifests = await load(signal);
      if (fieldSelector !== undefined)
        throw new Error(`the field selector ${fieldSelector} is not available offline`);
      if (isNamespace(type)) refuseUnseen(manifests, () => true);
      yield* readObjects(manifests, type).filter(
        (object) => namespace === undefined || object.namespace === namespace,
      );
    },
    async get(type, { namespace, name }, signal) {
      const manifests = await load(signal);
      if (isNamespace(type)) refuseUnseen(manifests, (unseen) => unseen === name);
      const objects = readObjects(manifests, type);
      return objects.find((object) => object.namespace === namespace && object.name === name);
    },
    canI: () => Promise.reject(new Error('SubjectAccessReview is not available offline')),
  };
}

/** Throws an Error where a part of the input could not be read: what is in it nobody knows. */
function readObjects(manifests: Manifests, type: ApiResource): readonly ReadableObject[] {
  const [unread] = manifests.unread;
  if (unread !== undefined)
    throw new Error(`not all objects of the input are known: ${unread.error.message}`);
  const objects = [...listObjects(manifests, formatGroupResource(type))];
  return isNamespace(type) ? objects.map(withOwnName) : objects;
}

function isNamespace({ group, kind }: ApiResource): boolean {
  return group === '' && kind === 'Namespace';
}

/**
 * Throws `namespaceUnknown` for a Namespace that only the objects in it name: it will be there when these are applied, and nobody knows
 * what it is like.
 */
function refuseUnseen({ namespaces }: Manifests, isAsked: (name: string) => boolean): void {
  const unseen = namespaces.find(({ name, isNameOnly }) => isNameOnly === true && isAsked(name));
  if (unseen === undefined) return;
  const message = `the Namespace ${unseen.name} is not in the input; give it with --facts`;
  throw new AuditError(errorCodes.namespaceUnknown, message);
}

/** The API server gives this label to every Namespace. */
function withOwnName({ labels: written, name, json, namespace }: ReadableObject): ReadableObject {
  const labels = { ...written, 'kubernetes.io/metadata.name': name };
  return { namespace, name, labels, json: withLabels(json, labels) };
}

/** Of an object that is there twice, the last one is what would be there after all was applied, and the input is applied last. */
function listObjects({ objects, facts }: Manifests, groupResource: string): Iterable<ReadableObject> {
  const all = [...(facts.get(groupResource) ?? []), ...(objects.get(groupResource) ?? [])];
  const found = all.map(
    ({ reference: { namespace, name }, labels, json }) =>
      [`${namespace ?? ''}/${name}`, { namespace, name, labels, json: trimMetadata(json) }] as const,
  );
  return new Map(found).values();
}

function withLabels(json: Uint8Array, labels: Labels): Uint8Array {
  return changeMetadata(Buffer.from(json).toString(), (metadata) => ({ ...metadata, labels }));
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What somebody has read from a cluster holds these; a cluster's objects are shown without them as well. */
function trimMetadata(json: Uint8Array): Uint8Array {
  const text = Buffer.from(json).toString();
  if (!text.includes('"managedFields"') && !text.includes(lastApplied)) return json;
  return changeMetadata(text, (metadata) => ({
    ...metadata,
    managedFields: undefined,
    annotations: withoutLastApplied(metadata['annotations']),
  }));
}

function withoutLastApplied(annotations: unknown): unknown {
  return isJsonObject(annotations) ? { ...annotations, [lastApplied]: undefined } : undefined;
}

function changeMetadata(json: string, change: (metadata: JsonObject) => JsonObject): Uint8Array {
  const object = parseExactJson(json);
  if (!isJsonObject(object) || !isJsonObject(object['metadata'])) return Buffer.from(json);
  return Buffer.from(JSON.stringify({ ...object, metadata: change(object['metadata']) }));
}
