import type { Options } from './sprintf-options.ts';

/** A double as Go's fmt prints it. Undefined if the verb does not fit, which Go says in the text. */
export function formatFloat(value: number, verb: string, options: Options): string {
  const text = applyVerb(value, verb, options.precision);
  if (text === undefined) return `%!${verb}(float64=${showFloat(value)})`;
  const signed = options.plus && value >= 0 ? `+${text}` : text;
  if (options.minus) return signed.padEnd(options.width);
  return options.zero ? padZeros(signed, options.width) : signed.padStart(options.width);
}

/** What `%v` prints: the shortest digits, with an exponent where Go turns to one. */
export function showFloat(value: number): string {
  const size = Math.abs(value);
  const short = size !== 0 && (size < 1e-4 || size >= 1e21);
  return short ? toGoExponent(value.toExponential()) : String(value);
}

function applyVerb(value: number, verb: string, precision: number | undefined): string | undefined {
  switch (verb.toLowerCase()) {
    case 'v':
      return showFloat(value);
    case 'f':
      return value.toFixed(Math.min(precision ?? 6, 100));
    case 'e':
      return matchCase(toGoExponent(value.toExponential(Math.min(precision ?? 6, 100))), verb);
    case 'g': {
      const digits = precision === undefined ? undefined : Math.min(Math.max(precision, 1), 100);
      return matchCase(showFloat(digits === undefined ? value : Number(value.toPrecision(digits))), verb);
    }
    default:
      return undefined;
  }
}

function padZeros(text: string, width: number): string {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function matchCase(text: string, verb: string): string {
  return verb === verb.toUpperCase() ? text.toUpperCase() : text;
}

/** Go writes two digits at least. */
function toGoExponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}
