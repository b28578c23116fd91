import { decodeStrict } from './guest-memory.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** Bytes that hold a JSON object. Throws an Error that says in a few words why they do not. */
export function parseObject(bytes: Uint8Array): PlainObject {
  const value = parseJson(bytes);
  if (isJsonObject(value)) return value;
  throw new Error('it is no JSON object');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeStrict(bytes));
  } catch (cause) {
    throw new Error(bytes.length === 0 ? 'it is empty' : 'it is not JSON', { cause });
  }
}

export function isJsonObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
