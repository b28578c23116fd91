import { z } from 'zod';
import {
  AuditError,
  errorCodes,
  formatOrigin,
  type PolicyException,
  type ResourceOrigin,
} from '../../domain/index.ts';
import { findNearest } from '../../text/index.ts';
import type { Checked } from '../index.ts';

/** One document of the file with exceptions. `locate` says where the value under a path of keys and indices is written. */
export type ExceptionsDocument = {
  readonly value: unknown;
  readonly locate: (path: readonly PropertyKey[]) => ResourceOrigin;
};

const pattern = z
  .string('must be a string; * and ? are wildcards')
  .refine((text) => text !== '', 'must not be empty')
  .optional();
const date = 'must be a date like 2027-01-31 or 2027-01-31T12:00:00Z';

/** What every entry says, wherever it is written. */
const terms = {
  reason: z
    .string({
      error: ({ input }) =>
        `${input === undefined ? 'is required:' : 'must be'} a string that says why this is accepted`,
    })
    .trim()
    .refine((text) => text !== '', 'must say why this is accepted'),
  expires: z.union([z.iso.date(), z.iso.datetime({ offset: true })], date).optional(),
  permanent: z.boolean('must be true or false').optional(),
  owner: z.string('must be a string').optional(),
};
const selection = { kind: pattern, namespace: pattern, name: pattern };

const mustBeObject: z.core.$ZodErrorMap = ({ code }) =>
  code === 'invalid_type' ? 'must be an object with policy, reason, expires and so on' : undefined;

type End = { readonly expires?: string | undefined; readonly permanent?: boolean | undefined };

/** An end, or the word that there is none. */
function withEnd<T extends z.ZodType<End>>(schema: T): T {
  return schema
    .refine(({ expires, permanent }) => expires !== undefined || permanent === true, {
      when: isSpelledRight,
      error: 'needs an end: expires: 2027-01-31, or permanent: true if there is none',
    })
    .refine(({ expires, permanent }) => expires === undefined || permanent !== true, {
      when: isSpelledRight,
      path: ['expires'],
      error: 'contradicts permanent: true',
    });
}

const fileEntry = withEnd(
  z
    .strictObject({ policy: pattern, ...selection, ...terms }, { error: mustBeObject })
    .refine(({ policy, kind, namespace, name }) => policy ?? kind ?? namespace ?? name, {
      when: isSpelledRight,
      error: 'has none of policy, kind, namespace and name, so it would accept everything',
    }),
);

const annotationEntry = withEnd(
  z.strictObject({ policy: pattern, ...terms }, { error: mustBeObject }).refine(({ policy }) => policy, {
    when: isSpelledRight,
    error: 'names no policy, so it would accept everything',
  }),
);

/** What an entry lacks is told beside other mistakes, but not where a key that is misspelt may be what it lacks. */
function isSpelledRight({ value, issues }: z.core.ParsePayload): boolean {
  const misspelt = issues.some(({ code }) => code === 'unrecognized_keys');
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !misspelt;
}

const annotationKeys = Object.keys(annotationEntry.shape);
const fileKeys = Object.keys(fileEntry.shape);

/** Reads what the documents of a file hold: lists of exceptions. Every mistake is one problem, with its file and line. */
export function parseExceptions(
  documents: readonly ExceptionsDocument[],
): Checked<readonly PolicyException[]> {
  const problems: AuditError[] = [];
  const exceptions = documents.flatMap((document) => {
    const { data, error } = z
      .array(fileEntry, 'the file must be a list: each exception begins with "- "')
      .safeParse(document.value);
    const mistakes =
      error?.issues.flatMap((issue) => toMistakes(issue, (key) => describeUnknownKey(key))) ?? [];
    problems.push(...mistakes.map((mistake) => toProblem(mistake, document)));
    return (data ?? []).map((entry, index) => toException(entry, document.locate([index])));
  });
  return problems.length === 0 ? { ok: true, value: exceptions } : { ok: false, problems };
}

/**
 * Reads what an object says of itself: the same list, but for what selects objects. One that is not right in every entry says nothing, and
 * then the texts tell what is wrong.
 */
export function parseAnnotation(
  values: readonly unknown[],
):
  | { readonly ok: true; readonly entries: readonly PolicyException[] }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const parsed = values.map((value) =>
    z
      .array(annotationEntry, 'it must be a list: each entry begins with "- "')
      .min(1, 'the list is empty')
      .safeParse(value),
  );
  const problems = parsed.flatMap(({ error }) =>
    (error?.issues ?? []).flatMap((issue) =>
      toMistakes(issue, describeAnnotationKey).map(({ path, message }) => describePlace(path) + message),
    ),
  );
  if (parsed.length === 0) problems.push('it is empty');
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    entries: parsed.flatMap(({ data = [] }) => data.map((entry) => toException(entry, undefined))),
  };
}

type Entry = z.output<typeof annotationEntry> & Partial<z.output<typeof fileEntry>>;

function toException(
  { policy, kind, namespace, name, reason, owner, expires }: Entry,
  origin: ResourceOrigin | undefined,
): PolicyException {
  const expiresAt = expires === undefined ? undefined : toEnd(expires);
  return { policy, kind, namespace, name, reason, owner, expiresAt, origin };
}

const dayMs = 24 * 60 * 60 * 1000;

/** A day counts to its end, in UTC. */
function toEnd(text: string): Date {
  const date = new Date(text);
  return text.includes('T') ? date : new Date(date.getTime() + dayMs);
}

/** What is wrong with the value under a path of indices and keys. */
type Mistake = { readonly path: readonly PropertyKey[]; readonly message: string };

function toMistakes(issue: z.core.$ZodIssue, describeKey: (key: string) => string): readonly Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: describeKey(key) }));
}

function toProblem({ path, message }: Mistake, document: ExceptionsDocument): AuditError {
  const place = formatOrigin(document.locate(path));
  return new AuditError(errorCodes.exceptionsInvalid, `${place}: ${describePlace(path)}${message}`);
}

/** `exception 2: expires `, so that a message can go on with what is wrong. */
function describePlace([index, key]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return '';
  const field = key === undefined ? '' : `: "${String(key)}"`;
  return `exception ${index + 1}${field} `;
}

function describeUnknownKey(key: string, keys: readonly string[] = fileKeys): string {
  const nearest = findNearest(key, keys);
  return nearest === undefined
    ? `is not known; there are ${keys.join(', ')}`
    : `is not known; did you mean "${nearest}"?`;
}

function describeAnnotationKey(key: string): string {
  return key in selection
    ? 'has no meaning here: an annotation is about its own object'
    : describeUnknownKey(key, annotationKeys);
}
