import {
  AuditError,
  deriveUid,
  errorCodes,
  formatLine,
  type Labels,
  type ObjectReference,
  type ResourceOrigin,
} from '../../domain/index.ts';
import type { ManifestDocument } from './documents.ts';

/** A Kubernetes object as it stands in the input: nothing is defaulted yet. `name` is the generateName of those without a name. */
export type ManifestObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly uid: string | undefined;
  readonly labels: Labels;
  readonly value: JsonObject;
  readonly origin: ResourceOrigin;
};

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * `foreign` is a document that does not even try to be a Kubernetes object, as a folder may hold them; an error is
 * `manifestInvalid` with file and line.
 */
export type ReadObject =
  | { readonly object: ManifestObject }
  | { readonly foreign: ResourceOrigin }
  | { readonly error: AuditError; readonly origin: ResourceOrigin };

/** The objects of one document; Lists are expanded. */
export function* readObjects({ value, origin, itemOrigins }: PlacedValue): Generator<ReadObject> {
  if (!isJsonObject(value) || (value['apiVersion'] === undefined && value['kind'] === undefined)) {
    yield { foreign: origin };
    return;
  }
  const { kind, items } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    for (const [index, item] of items.entries()) {
      const itemOrigin = itemOrigins[index] ?? origin;
      yield* readItem(item, value, itemOrigin);
    }
    return;
  }
  yield readObject(value, origin);
}

type PlacedValue = Pick<ManifestDocument, 'value' | 'origin' | 'itemOrigins'>;

/** Elements of typed lists like PodList may leave out what the list says for all of them. */
function* readItem(item: unknown, list: JsonObject, origin: ResourceOrigin): Generator<ReadObject> {
  if (!isJsonObject(item)) {
    yield invalid(origin, 'an element of a List is not an object');
    return;
  }
  const typed = list['kind'] === 'List' ? {} : typeOfElements(list);
  yield* readObjects({ value: { ...typed, ...item }, origin, itemOrigins: [] });
}

function typeOfElements({ apiVersion, kind }: JsonObject): JsonObject {
  return { apiVersion, kind: String(kind).slice(0, -'List'.length) };
}

function readObject(value: JsonObject, origin: ResourceOrigin): ReadObject {
  const { apiVersion, kind, metadata } = value;
  if (!isText(apiVersion)) return invalid(origin, 'the object has no apiVersion');
  if (!isText(kind)) return invalid(origin, 'the object has no kind');
  if (!isJsonObject(metadata)) return invalid(origin, `the ${kind} has no metadata`);
  const wrong = findWrongMetadata(metadata);
  if (wrong !== undefined)
    return invalid(origin, `the ${wrong} of the ${kind} is not a string; it needs quotes`);
  const { name, generateName, namespace, uid, labels } = metadata;
  const named = toText(name) ?? toText(generateName);
  if (named === undefined) return invalid(origin, `the ${kind} has no name`);
  const identity = { apiVersion, kind, name: named, namespace: toText(namespace), uid: toText(uid) };
  return { object: { ...identity, labels: toLabels(labels), value, origin } };
}

function toText(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

/** What the API server would refuse, and what matching depends on. */
function findWrongMetadata(metadata: JsonObject): string | undefined {
  const field = ['name', 'generateName', 'namespace'].find((key) => !isTextOrMissing(metadata[key]));
  if (field !== undefined) return field;
  const { labels } = metadata;
  const wrong = isJsonObject(labels)
    ? Object.entries(labels).find(([, value]) => !isTextOrMissing(value))
    : undefined;
  return wrong === undefined ? undefined : `label ${wrong[0]}`;
}

/** The reference by which a request and a report name the object; without a UID it gets a derived one. */
export function toReference(object: ManifestObject, namespace: string | undefined): ObjectReference {
  const { apiVersion, kind, name, uid } = object;
  const identity = { apiVersion, kind, namespace, name };
  return { ...identity, uid: uid ?? deriveUid(identity), resourceVersion: '' };
}

function invalid(origin: ResourceOrigin, why: string): ReadObject {
  const error = new AuditError(errorCodes.manifestInvalid, `${formatLine(origin)}: ${why}`);
  return { error, origin };
}

function toLabels(labels: unknown): Labels {
  if (!isJsonObject(labels)) return {};
  // The API server takes a null for an empty text.
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, isText(value) ? value : '']));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrMissing(value: unknown): boolean {
  return typeof value === 'string' || value === undefined || value === null;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
