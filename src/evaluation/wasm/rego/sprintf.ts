import { isArray, type JsonValue } from './exact-json.ts';

type Directive = {
  readonly verb: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
};

const directive = /%([-+# 0]*)(\d+)?(?:\.(\d*))?(.|\n|$)/gu;
/** Wider than any message; beyond, a format is an attack on memory. */
const maxWidth = 1000;

/** Formats as Go's fmt does. policy-server fails where Go only complains in the text; here the text complains. */
export function formatLikeGo(format: string, values: readonly JsonValue[]): string {
  let used = 0;
  let text = '';
  let end = 0;
  for (const match of format.matchAll(directive)) {
    text += format.slice(end, match.index);
    end = match.index + match[0].length;
    const how = readDirective(match);
    if (how.verb === '%') text += '%';
    else if (how.verb === '') text += '%!(NOVERB)';
    else {
      const value = values[used];
      used += 1;
      text += value === undefined ? `%!${how.verb}(MISSING)` : formatValue(value, how);
    }
  }
  const extra = values.slice(used).map((value) => `${nameType(value)}=${toText(value)}`);
  return text + format.slice(end) + (extra.length === 0 ? '' : `%!(EXTRA ${extra.join(', ')})`);
}

function readDirective([, flags = '', width, precision, verb = '']: RegExpMatchArray): Directive {
  return {
    verb,
    flags,
    width: Math.min(Number(width ?? 0), maxWidth),
    precision: precision === undefined ? undefined : Math.min(Number(precision), 100),
  };
}

function formatValue(value: JsonValue, how: Directive): string {
  const { verb, flags, width } = how;
  const text = applyVerb(value, how);
  if (text === undefined)
    return `%!${verb}(${value === null ? '<nil>' : `${nameType(value)}=${toText(value)}`})`;
  if (flags.includes('-')) return text.padEnd(width);
  return flags.includes('0') && isNumber(value) ? padZeros(text, width) : text.padStart(width);
}

function padZeros(text: string, width: number): string {
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** Undefined if the verb does not fit the value. */
function applyVerb(value: JsonValue, how: Directive): string | undefined {
  if (how.verb === 'v') return withSign(value, toText(value), how);
  if (typeof value === 'string') return formatString(value, how);
  if (typeof value === 'boolean') return how.verb === 't' ? String(value) : undefined;
  if (!isNumber(value)) return undefined;
  const text = isInteger(value) ? formatInteger(value, how.verb) : formatFloat(Number(value), how);
  return text === undefined ? undefined : withSign(value, text, how);
}

function withSign(value: JsonValue, text: string, { flags }: Directive): string {
  return flags.includes('+') && isNumber(value) && value >= 0 ? `+${text}` : text;
}

function formatString(text: string, { verb, precision }: Directive): string | undefined {
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  switch (verb) {
    case 's':
      return cut;
    case 'q':
      return JSON.stringify(cut);
    case 'x':
      return Buffer.from(cut).toString('hex');
    case 'X':
      return Buffer.from(cut).toString('hex').toUpperCase();
    default:
      return undefined;
  }
}

const bases: Readonly<Record<string, number>> = { d: 10, x: 16, X: 16, o: 8, b: 2 };

function formatInteger(value: number | bigint, verb: string): string | undefined {
  const base = bases[verb];
  if (base === undefined) return undefined;
  const digits = value.toString(base);
  return verb === 'X' ? digits.toUpperCase() : digits;
}

function formatFloat(value: number, { verb, precision }: Directive): string | undefined {
  switch (verb.toLowerCase()) {
    case 'f':
      return value.toFixed(precision ?? 6);
    case 'e':
      return matchCase(toGoExponent(value.toExponential(precision ?? 6)), verb);
    case 'g': {
      const rounded = precision === undefined ? value : Number(value.toPrecision(Math.max(precision, 1)));
      return matchCase(toText(rounded), verb);
    }
    default:
      return undefined;
  }
}

function matchCase(text: string, verb: string): string {
  return verb === verb.toUpperCase() ? text.toUpperCase() : text;
}

/** Go writes two digits at least. */
function toGoExponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}

/** What `%v` prints. */
function toText(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return toNumberText(value);
  if (typeof value !== 'object') return String(value);
  if (isArray(value)) return `[${value.map(toText).join(' ')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${key}:${toText(member)}`);
  return `map[${members.join(' ')}]`;
}

/** Both languages print the shortest digits, but Go turns to exponents below 1e-4. */
function toNumberText(value: number): string {
  const size = Math.abs(value);
  return toGoExponent(size !== 0 && size < 1e-4 ? value.toExponential() : String(value));
}

function nameType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (isInteger(value)) return 'int';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isInteger(value: JsonValue): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}
