import {
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
} from 'js-yaml';
import type { JsonValue } from '../../serde/value.ts';
import { checkRange, resolveFloat, resolveInteger, resolvePlain } from './yaml-resolve.ts';

/*
 * YAML as policy-server reads it: keys stand as they were written, there are no merge keys, and a tag of one's own is nothing that JSON has.
 */

/** A text without quotes: what it is depends on where it stands. */
class Plain {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

class Tagged {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

class Mapping {
  readonly pairs: (readonly [key: unknown, value: unknown])[] = [];
}

const core = 'tag:yaml.org,2002:';
const never = (): boolean => false;

const plainTag = defineScalarTag<Plain>('tag:policy-server,plain', {
  implicit: true,
  implicitFirstChars: null,
  resolve: (source) => new Plain(source),
  identify: never,
});

const scalarTag = <T>(
  name: string,
  read: (source: string) => T | undefined,
): ReturnType<typeof defineScalarTag<T>> =>
  defineScalarTag<T>(core + name, { resolve: (source) => read(source) ?? NOT_RESOLVED, identify: never });

const mapping = {
  create: () => new Mapping(),
  addPair: ({ pairs }: Mapping, key: unknown, value: unknown) => {
    pairs.push([key, value]);
    return '';
  },
  has: never,
  keys: () => [],
  get: () => undefined,
  identify: never,
};

const list = {
  create: (): unknown[] => [],
  addItem: (items: unknown[], item: unknown) => {
    items.push(item);
  },
  identify: never,
};

const schema = new Schema([
  strTag,
  seqTag,
  plainTag,
  defineMappingTag<Mapping>(`${core}map`, mapping),
  scalarTag('bool', (source) => readWord(source, 'boolean')),
  scalarTag('null', (source) =>
    resolvePlain(source) === null && source !== '' ? new Plain(source) : undefined,
  ),
  scalarTag('int', resolveInteger),
  scalarTag('float', resolveFloat),
  defineScalarTag<string>(core, { matchByTagPrefix: true, resolve: (source) => source, identify: never }),
  defineSequenceTag<unknown[]>(core, { ...list, matchByTagPrefix: true }),
  defineMappingTag<Mapping>(core, { ...mapping, matchByTagPrefix: true }),
  defineScalarTag<Plain>('!', { resolve: (source) => new Plain(source), identify: never }),
  defineScalarTag<Tagged>('!', {
    matchByTagPrefix: true,
    resolve: (source) => new Tagged(new Plain(source)),
    identify: never,
  }),
  defineSequenceTag<unknown[], Tagged>('!', {
    ...list,
    matchByTagPrefix: true,
    finalize: (items) => new Tagged(items),
  }),
  defineMappingTag<Mapping, Tagged>('!', {
    ...mapping,
    matchByTagPrefix: true,
    finalize: (pairs) => new Tagged(pairs),
  }),
]);

function readWord(source: string, type: 'boolean'): Plain | undefined {
  return typeof resolvePlain(source) === type ? new Plain(source) : undefined;
}

const maxDepth = 127;

/** Values that a document may have once its aliases are filled in. Nine times nine times nine aliases are a short text, and end a heap. */
const maxValues = 2 ** 20;

/** How many more values there may be. */
type Room = { left: number };

/** Reads one document. Throws an Error for anything that is not YAML, that JSON cannot express, or that grows beyond all limits. */
export function readYaml(text: string): JsonValue {
  return toJson(parse(text), 0, { left: maxValues });
}

/** Whether policy-server could read it as YAML, which has more than JSON, but no key twice. */
export function isYaml(text: string): boolean {
  try {
    check(parse(text), 0, { left: maxValues });
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): unknown {
  if (/^(?:\ufeff)?\s*(?:#[^\n]*\s*)*$/.test(text)) return new Plain('');
  return load(text, { schema });
}

function toJson(node: unknown, depth: number, room: Room): JsonValue {
  takeOne(room);
  if (node instanceof Plain) return toScalar(resolvePlain(node.source));
  if (node instanceof Tagged) throw new Error('invalid type: enum, expected any valid JSON value');
  checkDepth(node, depth);
  if (Array.isArray(node)) return node.map((item) => toJson(item, depth + 1, room));
  if (node instanceof Mapping)
    return Object.fromEntries(node.pairs.map(([key, value]) => [toKey(key), toJson(value, depth + 1, room)]));
  return toScalar(node);
}

function toScalar(value: unknown): JsonValue {
  if (typeof value === 'bigint') return checkRange(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' && !value.isWellFormed())
    throw new Error('found invalid Unicode character escape code');
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return null;
}

function toKey(key: unknown): string {
  if (key instanceof Plain) return key.source;
  if (typeof key === 'string') return key;
  if (typeof key === 'bigint' || typeof key === 'number') return String(key);
  throw new Error(`invalid type: ${Array.isArray(key) ? 'sequence' : 'map'}, expected a string key`);
}

function check(node: unknown, depth: number, room: Room): void {
  takeOne(room);
  if (node instanceof Plain) {
    toScalar(resolvePlain(node.source));
    return;
  }
  if (node instanceof Tagged) {
    check(node.content, depth, room);
    return;
  }
  checkDepth(node, depth);
  if (Array.isArray(node)) for (const item of node) check(item, depth + 1, room);
  else if (node instanceof Mapping) checkMapping(node, depth, room);
  else toScalar(node);
}

function checkMapping({ pairs }: Mapping, depth: number, room: Room): void {
  const seen = new Set<unknown>();
  for (const [key, value] of pairs) {
    check(key, depth + 1, room);
    check(value, depth + 1, room);
    const known = key instanceof Plain ? resolvePlain(key.source) : key;
    if (seen.has(known)) throw new Error('duplicate entry');
    seen.add(known);
  }
}

function checkDepth(node: unknown, depth: number): void {
  if (typeof node === 'object' && node !== null && depth >= maxDepth)
    throw new Error('recursion limit exceeded');
}

function takeOne(room: Room): void {
  room.left -= 1;
  if (room.left < 0) throw new Error('the value is too large');
}
