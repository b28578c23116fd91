import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import { findNearest, parseCsvRecord } from '../text/index.ts';
import type { RawOptions } from './sources.ts';
import { Invalid, type Parse } from './values.ts';

/** A checked configuration, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly AuditError[] };

type Context = z.core.$RefinementCtx;

const texts = z.array(z.string()).default([]);

/** An option that has a default and whose last occurrence counts. */
export function required<T>(parse: Parse<T>) {
  return texts.transform((given, ctx): T => read(given.at(-1) ?? '', parse, ctx) ?? z.NEVER);
}

/** An option whose last occurrence counts; undefined when it was not given. */
export function single<T>(parse: Parse<T>) {
  return texts.transform((given, ctx): T | undefined => {
    const last = given.at(-1);
    return last === undefined ? undefined : read(last, parse, ctx);
  });
}

/** An option of which each occurrence counts, as it is written. */
export function each<T>(parse: Parse<T>) {
  return texts.transform((given, ctx): T[] => readAll(given, parse, ctx));
}

/** An option of which each occurrence counts and may hold several values with commas. Empty values and spaces around are dropped. */
export function commaSeparated<T>(parse: Parse<T>) {
  return texts.transform((given, ctx): T[] => {
    const fields = readAll(given, splitFields, ctx).flat();
    return readAll(
      fields.map((field) => field.trim()).filter((field) => field !== ''),
      parse,
      ctx,
    );
  });
}

function splitFields(record: string): readonly string[] | Invalid {
  return parseCsvRecord(record) ?? new Invalid('A quote must enclose a whole value, as in CSV.');
}

/** How often a counting switch was given; `--verbose=2` sets the count. */
export const counted = texts.transform((given, ctx) =>
  readAll(given, parseCount, ctx).reduce((count, apply) => apply(count), 0),
);

function parseCount(text: string): ((count: number) => number) | Invalid {
  if (text === '+1') return (count) => count + 1;
  return /^\d+$/.test(text) ? () => Number(text) : new Invalid('It must be a whole number, 0 or more.');
}

function readAll<T>(given: readonly string[], parse: Parse<T>, ctx: Context): T[] {
  return given.flatMap((text) => {
    const value = parse(text);
    if (!(value instanceof Invalid)) return [value];
    refuse(text, value, ctx);
    return [];
  });
}

function read<T>(text: string, parse: Parse<T>, ctx: Context): T | undefined {
  return readAll([text], parse, ctx)[0];
}

function refuse(value: string, { hint, sentence }: Invalid, ctx: Context): void {
  ctx.addIssue({ code: 'custom', params: { value, hint, sentence }, input: value });
}

/** One of a fixed set of words, or another spelling of one, in any case. */
export function oneOf<const T extends string>(
  allowed: readonly T[],
  synonyms: Readonly<Record<string, NoInfer<T>>> = {},
): Parse<T> {
  return (text) => {
    const word = text.toLowerCase();
    const synonym = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
    const found = allowed.find((candidate) => candidate === (synonym ?? word));
    if (found !== undefined) return found;
    const nearest = findNearest(text, allowed);
    const suggestion = nearest === undefined ? '' : `Did you mean "${nearest}"? `;
    return new Invalid(`${suggestion}Allowed: ${allowed.join(', ')}`);
  };
}

/** Checks raw texts; every broken value becomes one problem that names the option as the user wrote it. */
export function check<T>(schema: z.ZodType<T>, raw: RawOptions): Checked<T> {
  const input = Object.fromEntries(Object.entries(raw).map(([key, option]) => [key, option.texts]));
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, problems: result.error.issues.map((issue) => toProblem(issue, raw)) };
}

function toProblem(issue: z.core.$ZodIssue, raw: RawOptions): AuditError {
  const key = String(issue.path[0]);
  const { value, hint, sentence } = refusal.parse('params' in issue ? issue.params : {});
  const message = sentence ?? `invalid value "${value}" for ${raw[key]?.label ?? key}`;
  return new AuditError(errorCodes.invalidValue, message, { facts: hint === '' ? [] : [hint] });
}

const refusal = z.object({
  value: z.string().default(''),
  hint: z.string().default(''),
  sentence: z.string().optional(),
});
