import { maxTextBytes } from '../text-limit.ts';

/** A JSON value whose integers beyond what a double holds are bigint. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Reads JSON. Throws a SyntaxError for what is none, and an Error for what is too much. */
export function parseExact(text: string): JsonValue {
  if (text.length > maxTextBytes) throw new Error(`a value takes more than ${maxTextBytes} bytes`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- JSON and the reviver give these types only
  return JSON.parse(text, keepIntegers) as JsonValue;
}

export function writeExact(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value);
  if (isArray(value)) return `[${value.map(writeExact).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${writeExact(member)}`,
  );
  return `{${members.join(',')}}`;
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keepIntegers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  const source = context?.source ?? '';
  return isLarge && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
