import type { AuditError } from '../domain/index.ts';
import {
  type Accepted,
  Invalid,
  optional,
  type Parse,
  parseBoolean,
  parseCount,
  parseFields,
} from './values.ts';

/**
 * One row of the table of a command's options. From it the command line and the environment are read, help and documentation are
 * made, and the type of what is read is inferred.
 */
export type OptionSpec<Name extends string = string, Value = unknown> = {
  /** The long name without dashes. */
  readonly name: Name;
  readonly short?: string;
  /** Other long names that mean the same. */
  readonly aliases?: readonly string[];
  /** What becomes of its uses: the last one counts, each does, each may hold several values, it is a switch, or they are counted. */
  readonly kind: 'text' | 'texts' | 'list' | 'toggle' | 'count';
  /** What stands for the value in the help; absent for switches. */
  readonly placeholder?: string;
  /** What there is to write; undefined for any text. */
  readonly accepts?: Accepted | undefined;
  readonly help: string;
  /** As it would be typed. */
  readonly default?: string;
  /** What it means without a value; absent where it needs one. */
  readonly bare?: string;
  /** Kept out of the help: accepted so that commands written for the Go scanner keep working. */
  readonly hidden?: boolean;
  /** Says why a use of this option cannot mean what its author meant; `value` is undefined where it is missing. */
  readonly refuse?: (use: OptionUse) => AuditError | undefined;
  /** Reads the texts that were given, in their order; none where it was not given and has no default. */
  readonly read: (texts: readonly string[]) => Reading<Value>;
};

export type OptionUse = { readonly spelledShort: boolean; readonly value: string | undefined };

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly broken: readonly Broken[] };

/** A text that is not a value of its option. */
export type Broken = { readonly text: string; readonly invalid: Invalid };

export type OptionGroup<Row extends OptionSpec = OptionSpec> = {
  readonly title: string;
  readonly options: readonly Row[];
};

/** The rows of a group, of groups. */
export type RowOf<Groups extends readonly OptionGroup[]> = Groups[number]['options'][number];

/** What is read by these rows: a property for each, of the type of its parser. */
export type OptionsOf<Row extends OptionSpec> = {
  readonly [Name in Row['name'] as KeyOf<Name>]: Extract<Row, { readonly name: Name }> extends OptionSpec<
    string,
    infer Value
  >
    ? Value
    : never;
};

/** The property name of an option: `page-size` -> `pageSize`. */
export type KeyOf<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<KeyOf<Tail>>}`
  : Name;

export function optionKey(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `fail-on LEVEL` -> `fail-on`. */
type NameIn<Usage extends string> = Usage extends `${infer Name} ${string}` ? Name : Usage;

type Extras = Pick<OptionSpec, 'short' | 'aliases' | 'hidden' | 'refuse'>;
type Parsed<T> = { readonly parse: Parse<T> };
type Default = { readonly default: string };

/** An option whose last use counts. Without a parser its text is taken as it is, and an empty one for none. */
export function text<const Usage extends string>(
  usage: Usage,
  help: string,
  extras?: Extras,
): OptionSpec<NameIn<Usage>, string | undefined>;
export function text<const Usage extends string, T>(
  usage: Usage,
  help: string,
  extras: Extras & Parsed<T> & Default,
): OptionSpec<NameIn<Usage>, T>;
export function text<const Usage extends string, T>(
  usage: Usage,
  help: string,
  extras: Extras & Parsed<T>,
): OptionSpec<NameIn<Usage>, T | undefined>;
export function text(
  usage: string,
  help: string,
  { parse = optional(asIs), ...extras }: Extras & Partial<Parsed<unknown> & Default> = {},
): OptionSpec {
  const read = (texts: readonly string[]): Reading<unknown> =>
    mapReading(readEach(texts.slice(-1), parse), ([value]) => value);
  return { ...split(usage), kind: 'text', accepts: parse.accepts, help, ...extras, read };
}

/** An option of which each use counts, as it is written. */
export function texts<const Usage extends string>(
  usage: Usage,
  help: string,
  extras?: Extras,
): OptionSpec<NameIn<Usage>, readonly string[]>;
export function texts<const Usage extends string, T>(
  usage: Usage,
  help: string,
  extras: Extras & Parsed<T>,
): OptionSpec<NameIn<Usage>, readonly T[]>;
export function texts(
  usage: string,
  help: string,
  { parse = asIs, ...extras }: Extras & Partial<Parsed<unknown>> = {},
): OptionSpec {
  const read = (given: readonly string[]): Reading<unknown> => readEach(given, parse);
  return { ...split(usage), kind: 'texts', accepts: parse.accepts, help, ...extras, read };
}

/**
 * An option of which each use counts and may hold several values with commas, quoted as in CSV. Empty values and spaces around are
 * dropped.
 */
export function list<const Usage extends string>(
  usage: Usage,
  help: string,
  extras?: Extras,
): OptionSpec<NameIn<Usage>, readonly string[]>;
export function list<const Usage extends string, T>(
  usage: Usage,
  help: string,
  extras: Extras & Parsed<T> & Partial<Default>,
): OptionSpec<NameIn<Usage>, readonly T[]>;
export function list(
  usage: string,
  help: string,
  { parse = asIs, ...extras }: Extras & Partial<Parsed<unknown> & Default> = {},
): OptionSpec {
  const read = (given: readonly string[]): Reading<unknown> => {
    const records = tryEach(given, parseFields);
    const fields = tryEach(records.value.flat(), parse);
    return toReading({ value: fields.value, broken: [...records.broken, ...fields.broken] });
  };
  return { ...split(usage), kind: 'list', accepts: parse.accepts, help, ...extras, read };
}

/** A switch; `--name=false` turns it off again. */
export function toggle<const Name extends string>(
  name: Name,
  help: string,
  extras: Extras = {},
): OptionSpec<Name, boolean> {
  const read = (given: readonly string[]): Reading<boolean> =>
    mapReading(readEach(given.slice(-1), parseBoolean), ([on = false]) => on);
  return { name, kind: 'toggle', help, bare: 'true', ...extras, read };
}

/** A switch whose uses are counted; `--name=2` sets the count. */
export function count<const Name extends string>(
  name: Name,
  help: string,
  extras: Extras = {},
): OptionSpec<Name, number> {
  const read = (given: readonly string[]): Reading<number> =>
    mapReading(readEach(given, parseCount), (steps) => steps.reduce((sum, step) => step(sum), 0));
  return { name, kind: 'count', help, bare: '+1', ...extras, read };
}

function split(usage: string): { readonly name: string; readonly placeholder: string } {
  const [name = '', placeholder = 'VALUE'] = usage.split(' ');
  return { name, placeholder };
}

function asIs(given: string): string {
  return given;
}

function readEach<T>(given: readonly string[], parse: Parse<T>): Reading<readonly T[]> {
  return toReading(tryEach(given, parse));
}

type Tried<T> = { readonly value: readonly T[]; readonly broken: readonly Broken[] };

function tryEach<T>(given: readonly string[], parse: Parse<T>): Tried<T> {
  const value: T[] = [];
  const broken: Broken[] = [];
  for (const each of given) {
    const parsed = parse(each);
    if (parsed instanceof Invalid) broken.push({ text: each, invalid: parsed });
    else value.push(parsed);
  }
  return { value, broken };
}

function toReading<T>({ value, broken }: Tried<T>): Reading<readonly T[]> {
  return broken.length === 0 ? { ok: true, value } : { ok: false, broken };
}

function mapReading<T, U>(reading: Reading<T>, map: (value: T) => U): Reading<U> {
  return reading.ok ? { ok: true, value: map(reading.value) } : reading;
}

/** How a person writes an option: `--namespace (-n)`. */
export function formatOption({ name, short }: Pick<OptionSpec, 'name' | 'short'>): string {
  return short === undefined ? `--${name}` : `--${name} (-${short})`;
}

/** The environment variable of an option: `page-size` -> `AUDIT_SCANNER_PAGE_SIZE`. */
export function environmentVariable(name: string): string {
  return `AUDIT_SCANNER_${name.replaceAll('-', '_').toUpperCase()}`;
}
