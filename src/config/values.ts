import { findBrokenRequirement, findNearest, parseCsvRecord } from '../text/index.ts';

/** What is wrong with a value: a line that completes "invalid value …", or a whole sentence to say instead. */
export class Invalid {
  readonly hint: string;
  readonly sentence: string | undefined;

  constructor(hint: string, sentence?: string) {
    this.hint = hint;
    this.sentence = sentence;
  }
}

/** Turns the text of an option into its value. */
export type Parse<T> = {
  (text: string): T | Invalid;
  /** What there is to write, where that is a fixed set of words or a whole number: for completion and editors. */
  readonly accepts?: Accepted | undefined;
};

export type Accepted = { readonly words: readonly string[] } | { readonly minimum: number };

const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
};

/** The spellings of Go's strconv.ParseBool. */
export function parseBoolean(text: string): boolean | Invalid {
  return Object.hasOwn(booleans, text) ? (booleans[text] ?? false) : new Invalid('Allowed: true, false');
}

export function parseInteger(minimum: number): Parse<number> {
  const parse = (text: string): number | Invalid => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) && value >= minimum
      ? value
      : new Invalid(`It must be a whole number, ${minimum} or more.`);
  };
  return Object.assign(parse, { accepts: { minimum } });
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `30s`, `1m30s`, `500ms` or a number of seconds -> milliseconds; 0 means no limit and gives undefined. */
export function parseDuration(text: string): number | undefined | Invalid {
  const spelled = /^\d+(\.\d+)?$/.test(text) ? `${text}s` : text;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(spelled)) {
    return new Invalid('It must be a duration like 30s, 5m or 1h30m; 0 means no limit.');
  }
  const parts = [...spelled.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  const total = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
  return total === 0 ? undefined : Math.round(total);
}

/** `24h`, `90m`, `0`: an age in milliseconds. The unit has to be there, because nobody means hours in seconds. */
export function parseAge(text: string): number | Invalid {
  const age = /^0*[1-9]\d*(\.\d+)?$/.test(text) ? new Invalid('') : parseDuration(text);
  return age instanceof Invalid
    ? new Invalid('It must be an age with its unit, like 24h or 90m.')
    : (age ?? 0);
}

/** `1%`, `0.1%`, `0`: from 0 to 1. */
export function parseShare(text: string): number | Invalid {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1] ?? (text === '0' ? text : '');
  const share = percent === '' ? Number.NaN : Number(percent) / 100;
  return share <= 1 ? share : new Invalid('It must be a share like 1% or 0.1%, 100% at most.');
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function isNamespaceName(text: string): boolean {
  return dnsLabel.test(text);
}

export function parseNamespace(text: string): string | Invalid {
  return isNamespaceName(text)
    ? text
    : new Invalid('A namespace name has lower case letters, digits and "-", 63 at most.');
}

/** A label selector as the API writes it. */
export function parseSelector(text: string): string | Invalid {
  const broken = findBrokenRequirement(text);
  return broken === undefined
    ? text
    : new Invalid(
        `"${broken.trim()}" is not a requirement like app=api, env!=prod, tier in (a,b) or !legacy.`,
      );
}

export function parseHttpUrl(text: string): URL | Invalid {
  const url = URL.parse(text);
  const usable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '';
  return usable ? url : new Invalid('It must be a URL like https://localhost:3000.');
}

/** An empty text is an option that was not set. */
export function optional<T>(parse: Parse<T>): Parse<T | undefined> {
  const parseOrNone = (text: string): T | undefined | Invalid => (text === '' ? undefined : parse(text));
  return Object.assign(parseOrNone, { accepts: parse.accepts });
}

/** One of a fixed set of words, or another spelling of one, in any case. */
export function oneOf<const T extends string>(
  allowed: readonly T[],
  synonyms: Readonly<Record<string, NoInfer<T>>> = {},
): Parse<T> {
  const parse = (text: string): T | Invalid => {
    const word = text.toLowerCase();
    const synonym = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
    const found = allowed.find((candidate) => candidate === (synonym ?? word));
    if (found !== undefined) return found;
    const nearest = findNearest(text, allowed);
    const suggestion = nearest === undefined ? '' : `Did you mean "${nearest}"? `;
    return new Invalid(`${suggestion}Allowed: ${allowed.join(', ')}`);
  };
  return Object.assign(parse, { accepts: { words: allowed } });
}

/** The values in a text with commas, as in CSV. */
export function parseFields(text: string): readonly string[] | Invalid {
  const fields = parseCsvRecord(text);
  return fields === undefined
    ? new Invalid('A quote must enclose a whole value, as in CSV.')
    : fields.map((field) => field.trim()).filter((field) => field !== '');
}

/** What one use of a counting switch does to the count. */
export function parseCount(text: string): ((count: number) => number) | Invalid {
  if (text === '+1') return (count) => count + 1;
  return /^\d+$/.test(text) ? () => Number(text) : new Invalid('It must be a whole number, 0 or more.');
}
