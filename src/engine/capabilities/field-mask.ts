import { isRawNumber, parseExactJson } from '../../text/index.ts';

/** What is kept of a value: without children all of it. */
type Mask = Map<string, Mask>;

const alwaysKept = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Leaves of an object only what the paths name, like `spec.containers.image`; lists on the way are passed through. What names
 * the object always stays, and without paths everything does.
 */
export function pruneObject(json: Uint8Array, paths: readonly string[]): Uint8Array {
  const mask = toMask(paths);
  const object = parseExactJson(Buffer.from(json).toString());
  if (mask.size === 0 || !isObject(object)) return json;
  const members = Object.entries(object).flatMap(([key, value]) =>
    alwaysKept.has(key) ? [[key, value] as const] : pruneMember(key, value, mask),
  );
  return Buffer.from(JSON.stringify(Object.fromEntries(members)));
}

function toMask(paths: readonly string[]): Mask {
  const root: Mask = new Map();
  for (const path of paths) {
    let mask: Mask = root;
    for (const part of path.split('.')) {
      const child = mask.get(part) ?? new Map<string, Mask>();
      mask.set(part, child);
      mask = child;
    }
  }
  return root;
}

function pruneMember(key: string, value: unknown, mask: Mask): readonly (readonly [string, unknown])[] {
  const child = mask.get(key);
  return child === undefined ? [] : [[key, prune(value, child)]];
}

function prune(value: unknown, mask: Mask): unknown {
  if (mask.size === 0) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => prune(item, mask));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => pruneMember(key, member, mask)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
