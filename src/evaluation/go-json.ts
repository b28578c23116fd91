/** A number as Go prints it. Kept as text, because a JavaScript number would round integers above 2^53. */
class GoNumber {
  readonly text: string;

  constructor(source: string) {
    this.text = formatNumber(source);
  }
}

/** Reads JSON text and writes it as Go's encoding/json writes a map: sorted keys, no spaces, `<`, `>` and `&` escaped. */
export function reencodeAsGo(json: string): string {
  return encode(JSON.parse(json, keepNumbers));
}

/** The source is undefined for the types of this language level only: every engine that we run on passes it for numbers. */
function keepNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? new GoNumber(context?.source ?? String(value)) : value;
}

/** A JSON string literal as Go writes it. */
export function encodeGoString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function encode(value: unknown): string {
  if (typeof value === 'string') return encodeGoString(value);
  if (value instanceof GoNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(encode).join(',')}]`;
  if (typeof value === 'object' && value !== null) return encodeObject(value);
  return String(value);
}

function encodeObject(object: object): string {
  const members = Object.entries(object)
    .map(([key, value]) => ({ key, value: value as unknown, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  return `{${members.map(({ key, value }) => `${encodeGoString(key)}:${encode(value)}`).join(',')}}`;
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
