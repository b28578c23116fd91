type RawJson = { readonly rawJSON: string };

// In every Node.js that this runs on, but not yet in the types of TypeScript.
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- says what the types will say
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => RawJson };

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
