/** Reads one property of a value of unknown shape. */
export function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** Reads a text property of a value of unknown shape; an empty string when it is none. */
export function textProperty(value: unknown, key: string): string {
  const text = property(value, key);
  return typeof text === 'string' ? text : '';
}

/** Reads a list property of a value of unknown shape; an empty list when it is none. */
export function listProperty(value: unknown, key: string): readonly unknown[] {
  const list: unknown = property(value, key);
  return Array.isArray(list) ? list : [];
}
