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
  .string('must be a text, * and ? match anything')
  .refine((text) => text !== '', 'must not be empty')
  .optional();
const date = 'must be a date like 2027-01-31 or 2027-01-31T12:00:00Z';

const entrySchema = z
  .strictObject(
    {
      policy: pattern,
      kind: pattern,
      namespace: pattern,
      name: pattern,
      reason: z
        .string({
          error: ({ input }) =>
            `${input === undefined ? 'is required:' : 'must be'} a text that says why this is accepted`,
        })
        .trim()
        .refine((text) => text !== '', 'must say why this is accepted'),
      expires: z.union([z.iso.date(), z.iso.datetime({ offset: true })], date).optional(),
      permanent: z.boolean('must be true or false').optional(),
      owner: z.string('must be a text').optional(),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? 'must be an object with policy, reason, expires and so on' : undefined,
    },
  )
  .refine(({ policy, kind, namespace, name }) => policy ?? kind ?? namespace ?? name, {
    when: isSpelledRight,
    error: 'has none of policy, kind, namespace and name, so it would accept everything',
  })
  .refine(({ expires, permanent }) => expires !== undefined || permanent === true, {
    when: isSpelledRight,
    error: 'needs an end: expires: 2027-01-31, or permanent: true if there is none',
  })
  .refine(({ expires, permanent }) => expires === undefined || permanent !== true, {
    when: isSpelledRight,
    path: ['expires'],
    error: 'contradicts permanent: true',
  });

/** What an entry lacks is told beside other mistakes, but not where a key that is misspelt may be what it lacks. */
function isSpelledRight({ value, issues }: z.core.ParsePayload): boolean {
  const misspelt = issues.some(({ code }) => code === 'unrecognized_keys');
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !misspelt;
}

const keys = Object.keys(entrySchema.shape);

/** Reads what the documents of a file hold: lists of exceptions. Every mistake is one problem, with its file and line. */
export function parseExceptions(
  documents: readonly ExceptionsDocument[],
): Checked<readonly PolicyException[]> {
  const problems: AuditError[] = [];
  const exceptions = documents.flatMap((document) => {
    const { data, error } = z
      .array(entrySchema, 'the file must be a list: each exception begins with "- "')
      .safeParse(document.value);
    if (error !== undefined) problems.push(...error.issues.flatMap((issue) => toProblems(issue, document)));
    return (data ?? []).map((entry, index) => toException(entry, document.locate([index])));
  });
  return problems.length === 0 ? { ok: true, value: exceptions } : { ok: false, problems };
}

function toException(
  { policy, kind, namespace, name, reason, owner, expires }: z.output<typeof entrySchema>,
  origin: ResourceOrigin,
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

function toProblems(issue: z.core.$ZodIssue, document: ExceptionsDocument): readonly AuditError[] {
  const at = (path: readonly PropertyKey[], message: string): AuditError =>
    new AuditError(
      errorCodes.exceptionsInvalid,
      `${formatOrigin(document.locate(path))}: ${describePlace(path)}${message}`,
    );
  if (issue.code !== 'unrecognized_keys') return [at(issue.path, issue.message)];
  return issue.keys.map((key) => at([...issue.path, key], describeUnknownKey(key)));
}

/** `exception 2: expires `, so that a message can go on with what is wrong. */
function describePlace([index, key]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return '';
  const field = key === undefined ? '' : `: "${String(key)}"`;
  return `exception ${index + 1}${field} `;
}

function describeUnknownKey(key: string): string {
  const nearest = findNearest(key, keys);
  return nearest === undefined
    ? `is not known; there are ${keys.join(', ')}`
    : `is not known; did you mean "${nearest}"?`;
}
