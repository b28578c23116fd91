import { parseExactJson } from '../../domain/exact-number.ts';
import type { ObjectReader, ReadableObject } from '../../domain/object-reader.ts';
import {
  type ApiResource,
  formatApiVersion,
  formatGroupResource,
  type Labels,
} from '../../domain/resource.ts';
import type { Manifests } from './manifests.ts';
import { isJsonObject, type JsonObject } from './objects.ts';

/** The objects of the input, as policies read them: the other manifests beside the one that is evaluated. */
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
      yield* readObjects(manifests, type).filter(
        (object) => namespace === undefined || object.namespace === namespace,
      );
    },
    async get(type, { namespace, name }, signal) {
      const objects = readObjects(await load(signal), type);
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
  const isNamespace = type.group === '' && type.kind === 'Namespace';
  return [...(isNamespace ? listNamespaces(manifests) : listObjects(manifests, formatGroupResource(type)))];
}

/** Of an object that stands in the input twice, the last one is what would be there after all was applied. */
function listObjects({ objects }: Manifests, groupResource: string): Iterable<ReadableObject> {
  const found = (objects.get(groupResource) ?? []).map(
    ({ reference: { namespace, name }, labels, json }) =>
      [`${namespace ?? ''}/${name}`, { namespace, name, labels, json: trimMetadata(json) }] as const,
  );
  return new Map(found).values();
}

/** Also those that only the objects in them name: where these can be applied, the namespace is there. */
function listNamespaces(manifests: Manifests): Iterable<ReadableObject> {
  const written = new Map([...listObjects(manifests, 'namespaces')].map(({ name, json }) => [name, json]));
  return manifests.namespaces.map(({ name, labels }) => {
    const json = withLabels(written.get(name) ?? unwritten(name), labels);
    return { namespace: undefined, name, labels, json };
  });
}

function unwritten(name: string): Uint8Array {
  return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
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
