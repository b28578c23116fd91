const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** The source is there for numbers; TypeScript does not know it yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * The value of a JSON text as CEL takes it: objects as Map, so that keys like `__proto__` are keys like any other, and a whole
 * number as an int as long as it fits, as in Kubernetes. Throws a SyntaxError.
 */
export function parseJsonMaps(text: string): unknown {
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
