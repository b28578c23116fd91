import { defineMappingTag } from 'js-yaml';

/** A key on its way from a merged mapping into another one, to be told from the keys that stand there. */
class MergedKey {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Mapping = Record<string, unknown>;

/** Which keys of a mapping come from a merge, and may therefore stand there once more. */
const mergedKeys = new WeakMap<Mapping, Set<string>>();

/**
 * Mappings as kubectl reads them: what a merge key brings wins over the keys before it and gives way to those after it, of several
 * merged mappings the first wins, and null is no key.
 */
export const mappingTag = defineMappingTag<Mapping>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair: (mapping, key, value) => {
    if (key instanceof MergedKey) {
      noteMerged(mapping, key.name);
      set(mapping, key.name, value);
      return '';
    }
    const name = nameOf(key);
    if (name === undefined) return 'a key must be a text, a number or a boolean';
    if (Object.hasOwn(mapping, name)) mergedKeys.get(mapping)?.delete(name);
    set(mapping, name, value);
    return '';
  },
  has: (mapping, key) => {
    const merged = mergedKeys.get(mapping);
    if (key instanceof MergedKey) return merged?.has(key.name) === true;
    const name = nameOf(key);
    return name !== undefined && Object.hasOwn(mapping, name) && merged?.has(name) !== true;
  },
  keys: (mapping) => Object.keys(mapping).map((name) => new MergedKey(name)),
  get: (mapping, key) => (key instanceof MergedKey ? mapping[key.name] : undefined),
  identify: () => false,
});

function nameOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  return typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined;
}

function noteMerged(mapping: Mapping, name: string): void {
  const merged = mergedKeys.get(mapping) ?? new Set();
  mergedKeys.set(mapping, merged.add(name));
}

function set(mapping: Mapping, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(mapping, name, { value, enumerable: true, configurable: true, writable: true });
  else mapping[name] = value;
}
