import { numberText, parseExactJson } from './exact-json.ts';

/** How texts and numbers are written; a number comes with the text that it had. */
export type ScalarWriter = {
  readonly string: (text: string) => string;
  readonly number: (source: string) => string;
};

/**
 * Writes what parseExactJson has read: without spaces, the members of objects in the order of the bytes of their names. Throws a RangeError
 * for more than `maxDepth` lists and objects in one another. Written for speed: it runs once for every object of a scan.
 */
export function writeSorted(value: unknown, scalars: ScalarWriter, maxDepth = Infinity): string {
  if (typeof value === 'string') return scalars.string(value);
  if (typeof value === 'number') return scalars.number(String(value));
  if (typeof value !== 'object' || value === null) return String(value);
  const source = numberText(value);
  return source === undefined ? writeNested(value, scalars, maxDepth) : scalars.number(source);
}

function writeNested(value: object, scalars: ScalarWriter, maxDepth: number): string {
  if (maxDepth <= 0) throw new RangeError('lists and objects are nested too deeply');
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${writeSorted(item, scalars, maxDepth - 1)}`;
    return `[${text}]`;
  }
  for (const key of sortedKeys(value))
    text += `${text && ','}${scalars.string(key)}:${writeSorted(Reflect.get(value, key), scalars, maxDepth - 1)}`;
  return `{${text}}`;
}

function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  if (keys.some((key) => late.test(key)))
    return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const isSorted = keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);
  return isSorted ? keys : keys.sort();
}

/** Only characters beyond U+D7FF have another order in UTF-8 than in UTF-16. */
const late = /[\ud800-\uffff]/;

/** Reads JSON text and writes it as Go's encoding/json writes a map: sorted keys, no spaces, `<`, `>` and `&` escaped. */
export function reencodeAsGo(json: string): string {
  return writeSorted(parseExactJson(json), { string: encodeGoString, number: formatNumber });
}

/** A JSON string literal as Go writes it. */
export function encodeGoString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Kubernetes reads a number as int64 where it has no fraction and fits, else as float64; both languages print floats alike. */
function formatNumber(source: string): string {
  if (/^-?\d+$/.test(source)) {
    const integer = BigInt(source);
    if (BigInt.asIntN(64, integer) === integer) return String(integer);
  }
  const float = Number(source);
  return Object.is(float, -0) ? '-0' : String(float);
}
