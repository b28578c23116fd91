import { parseExactJson } from './exact-number.ts';
import { writeSorted } from './sorted-json.ts';

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
