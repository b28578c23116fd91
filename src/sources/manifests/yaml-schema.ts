import {
  boolYaml11Tag,
  defineMappingTag,
  defineScalarTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from 'js-yaml';
import { exactNumber } from '../../text/index.ts';

/*
 * What kubectl makes of YAML. Of scalars it is YAML 1.1 as Go's yaml.v2 reads it: `on` and `yes` are true, 0755 is octal, and neither
 * times nor numbers to the base of 60 are special.
 */

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const floatPattern = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const integerPattern = /^([-+]?)(0[bB][01]+|0[xX][\da-fA-F]+|0[oO]?[0-7]+|0|[1-9]\d*)$/;
const largestInteger = 2n ** 63n - 1n;
const smallestInteger = -(2n ** 63n);
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const intTag = defineScalarTag<unknown>('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: ['-', '+', ...digits],
  resolve: (source) => readInteger(source.replaceAll('_', '')) ?? NOT_RESOLVED,
  identify: () => false,
});

const floatTag = defineScalarTag<unknown>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: ['-', '+', '.', ...digits],
  resolve: (source) => {
    const plain = source.replaceAll('_', '');
    const value = floatPattern.test(plain) ? Number(plain) : Number.NaN;
    if (notFinite.test(plain)) throw new YAMLException(`${plain} is not a number that JSON can hold`);
    return Number.isFinite(value) ? value : NOT_RESOLVED;
  },
  identify: () => false,
});

const binaryTag = defineScalarTag<string>('tag:yaml.org,2002:binary', {
  resolve: (source) => Buffer.from(source, 'base64').toString(),
  identify: () => false,
});

const jsonNumberTag = defineScalarTag<unknown>('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: ['-', ...digits],
  resolve: (source) => exactNumber(source) ?? NOT_RESOLVED,
  identify: () => false,
});

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
const mappingTag = defineMappingTag<Mapping>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair: (mapping, key, value) => {
    if (key instanceof MergedKey) {
      noteMerged(mapping, key.name);
      set(mapping, key.name, value);
      return '';
    }
    const name = nameOf(key);
    if (name === undefined) return 'a key must be a string, a number or a boolean';
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

const common = [strTag, seqTag, mappingTag, nullYaml11Tag, boolYaml11Tag, mergeTag, binaryTag];

/** For YAML. */
export const yamlSchema = new Schema([...common, intTag, floatTag]);

/** Every scalar as the text that is written: `off` is no false, and 1e3 no thousand. */
export const textSchema = new Schema([strTag, seqTag, mappingTag]);

/** For JSON, which YAML contains but for the numbers: they stay as they are written. */
export const jsonSchema = new Schema([...common, jsonNumberTag]);

function readInteger(plain: string): unknown {
  const match = integerPattern.exec(plain);
  if (match === null) return undefined;
  const [, sign, magnitude = ''] = match;
  const unsigned = BigInt(/^0\d/.test(magnitude) ? `0o${magnitude.slice(1)}` : magnitude);
  const value = sign === '-' ? -unsigned : unsigned;
  // What has more than 64 bits becomes a float, as the API server would see it.
  if (value > largestInteger || value < smallestInteger) return Number(value);
  return exactNumber(value.toString());
}
