import type { AuditedObject } from '../../domain/resource.ts';

/** The variables of an expression, as CEL takes them: whole numbers as BigInt, objects as Map. */
export type Variables = {
  readonly object: unknown;
  readonly oldObject: null;
  readonly request: ReadonlyMap<string, unknown>;
};

/** The variables of an object, read when the first expression needs them and then kept. */
export function lazyVariables(object: AuditedObject): () => Variables {
  let variables: Variables | undefined;
  return () => {
    variables ??= toVariables(object);
    return variables;
  };
}

/** What expressions see of the request that would create this object. Throws a SyntaxError for an object that is no JSON. */
export function toVariables(object: AuditedObject): Variables {
  const { resource, reference, json } = object;
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
  const namespace = isNamespace ? reference.name : reference.namespace;
  const request = new Map<string, unknown>([
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
  return { object: parseJson(Buffer.from(json).toString()), oldObject: null, request };
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
