import type { UnknownPath } from '../cel/index.ts';
import type { AuditedObject, MissingFact } from '../domain/index.ts';
import { parseJsonMaps } from '../text/index.ts';

/** What match conditions see of an object and of the request that would create it. */
export type Variables = {
  readonly values: Readonly<Record<'object' | 'oldObject' | 'namespaceObject' | 'request', unknown>>;
  /** What they may be that is not known, and that somebody could tell, by the parts of `unknownPaths`. */
  readonly missing: Readonly<Record<string, MissingFact | undefined>>;
};

const readsPlural = 'reads the plural of the type';

/** What an audit does not know of these variables. Of a request as a whole nothing can be said, as it has a user. */
export const unknownPaths: readonly UnknownPath[] = [
  { path: 'authorizer', why: 'reads authorizer' },
  { path: 'request', why: 'reads request', knownFields: true },
  { path: 'request.userInfo', why: 'reads request.userInfo' },
  { path: 'namespaceObject', why: 'reads namespaceObject', part: 'namespace' },
  ...['request.resource', 'request.requestResource'].flatMap((path) => [
    { path, why: readsPlural, part: 'plural', knownFields: true },
    { path: `${path}.resource`, why: readsPlural, part: 'plural' },
  ]),
];

/** Where the object is taken to be. */
export type Place = {
  readonly namespace: string | undefined;
  /** Its namespace, where no more than its name is known of it. */
  readonly missingNamespace: string | undefined;
};

/** The variables of an object, read when the first expression needs them and then kept. */
export function lazyVariables(object: AuditedObject, place = placeOf(object)): () => Variables {
  let variables: Variables | undefined;
  return () => {
    variables ??= toVariables(object, place);
    return variables;
  };
}

function placeOf({ reference: { namespace } }: AuditedObject): Place {
  return { namespace, missingNamespace: undefined };
}

/** What expressions see of the request that would create this object. Throws a SyntaxError for an object that is not JSON. */
export function toVariables(object: AuditedObject, place = placeOf(object)): Variables {
  const { resource, reference, json } = object;
  const value = parseJsonMaps(Buffer.from(json).toString());
  if (place.namespace !== reference.namespace) putInto(value, place.namespace);
  const { missingNamespace: name } = place;
  return {
    values: {
      object: value,
      oldObject: null,
      // That is what API servers up to 1.37 give to the conditions of webhooks, whatever the namespace.
      namespaceObject: null,
      request: toRequest(object, place),
    },
    missing: {
      namespace: name === undefined ? undefined : { kind: 'namespace', name },
      plural: resource.isGuess === true ? { kind: 'type', type: resource } : undefined,
    },
  };
}

function toRequest({ resource, reference }: AuditedObject, place: Place): ReadonlyMap<string, unknown> {
  const { group, version } = resource;
  const kind = new Map([
    ['group', group],
    ['version', version],
    ['kind', resource.kind],
  ]);
  const plural = new Map([
    ['group', group],
    ['version', version],
    ['resource', resource.resource],
  ]);
  const isNamespace = group === '' && resource.resource === 'namespaces';
  const namespace = isNamespace ? reference.name : place.namespace;
  return new Map<string, unknown>([
    ['uid', ''],
    ['kind', kind],
    ['resource', plural],
    ['requestKind', kind],
    ['requestResource', plural],
    ['name', reference.name],
    ...(namespace === undefined ? [] : [['namespace', namespace] as const]),
    ['operation', 'CREATE'],
    ['dryRun', false],
    [
      'options',
      new Map([
        ['apiVersion', 'meta.k8s.io/v1'],
        ['kind', 'CreateOptions'],
      ]),
    ],
  ]);
}

/** As kubectl does with an object of a namespaced type that names no namespace. */
function putInto(object: unknown, namespace: string | undefined): void {
  const metadata: unknown = object instanceof Map ? object.get('metadata') : undefined;
  if (metadata instanceof Map) metadata.set('namespace', namespace);
}
