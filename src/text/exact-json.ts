type RawJson = { readonly rawJSON: string };

// In every Node.js that this runs on, but not yet in the types of TypeScript.
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- says what the types will say
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => RawJson;
  readonly isRawJSON: (value: unknown) => value is RawJson;
};

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A number that JSON.stringify writes exactly as in the text: a plain number where a double holds it, else a raw JSON value.
 * Undefined when the text is no JSON number.
 */
export function exactNumber(text: string): number | RawJson | undefined {
  if (!jsonNumber.test(text)) return undefined;
  const value = Number(text);
  return String(value) === text ? value : rawJSON(text);
}

/** What a number looks like that a double may not hold as it is written; texts with such a thing in them match as well. */
const unusualNumber = /(?:^|"\s*:|[[,])\s*(?:-?(?:\d{16}|\d+[.eE])|-0)/;

/** JSON.parse, but JSON.stringify writes the numbers of what it returns exactly as they were. */
export function parseExactJson(text: string): unknown {
  // Looking at every value takes several times as long as reading it.
  return unusualNumber.test(text) ? JSON.parse(text, keepNumbers) : JSON.parse(text);
}

/** True for a number that exactNumber or parseExactJson could not put into a double: an object, which has no members to look at. */
export function isRawNumber(value: unknown): boolean {
  return isRawJSON(value);
}

/** The text of such a number, and undefined for anything else. */
export function numberText(value: object): string | undefined {
  return isRawJSON(value) ? value.rawJSON : undefined;
}

function keepNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && source !== String(value)
    ? rawJSON(source)
    : value;
}
