/** Reads one property of a value of unknown shape; for names that no prototype has. */
export function property(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

/** Whether the value has properties; a list has, too. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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
