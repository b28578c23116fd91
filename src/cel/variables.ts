import type { AuditedObject, MissingFact } from '../domain/index.ts';

/** The variables of an expression, as CEL takes them: whole numbers as BigInt, objects as Map. */
export type Variables = {
  readonly object: unknown;
  readonly oldObject: null;
  readonly request: ReadonlyMap<string, unknown>;
  /** What an expression may read that is not known, and that somebody could tell. */
  readonly missing: Missing;
};

export type Missing = {
  /** Of the Namespace of the object. */
  readonly namespace?: MissingFact | undefined;
  /** Of the plural of its type. */
  readonly plural?: MissingFact | undefined;
};

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

/** What expressions see of the request that would create this object. Throws a SyntaxError for an object that is no JSON. */
export function toVariables(object: AuditedObject, place = placeOf(object)): Variables {
  const { resource, reference, json } = object;
  const value = parseJson(Buffer.from(json).toString());
  if (place.namespace !== reference.namespace) putInto(value, place.namespace);
  const { missingNamespace: name } = place;
  const missing: Missing = {
    namespace: name === undefined ? undefined : { kind: 'namespace', name },
    plural: resource.isGuess === true ? { kind: 'type', type: resource } : undefined,
  };
  return { object: value, oldObject: null, request: toRequest(object, place), missing };
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

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** The source is there for numbers; TypeScript does not know it yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A whole number is an int as long as it fits, as in Kubernetes. Keys like `__proto__` are keys like any other. */
function parseJson(text: string): unknown {
  const reviver: Reviver = (_key, value, { source }) => {
    if (typeof value === 'number') return source === undefined ? value : toNumber(value, source);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : value;
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- a third argument that its type leaves out
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

function toNumber(value: number, source: string): bigint | number {
  if (!/^-?\d+$/.test(source)) return value;
  const exact = BigInt(source);
  return exact >= int64.min && exact <= int64.max ? exact : value;
}
