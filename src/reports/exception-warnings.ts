import {
  type AuditOutcome,
  type ErrorCode,
  type ExceptionUse,
  errorCodes,
  formatException,
  formatExceptionPlace,
  type InvalidAnnotation,
} from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';

/**
 * What needs attention: invalid annotations, expired exceptions, and exceptions that cover
 * nothing. One line each, plain.
 */
export function describeExceptions(
  { exceptions = [], annotations }: AuditOutcome,
  { most }: { readonly most: number } = { most: Infinity },
): readonly string[] {
  return [
    ...describeInvalid(annotations?.invalid ?? [], most),
    ...describeGroup(exceptions, 'expired', {
      title: 'exceptions have expired, what they cover counts again',
      most,
      code: errorCodes.exceptionExpired,
      detail: ({ exception, findings }) =>
        `until ${lastMoment(exception.expiresAt)}, would cover ${findings}: ${exception.reason}`,
    }),
    ...describeGroup(exceptions, 'unused', {
      title: 'exceptions cover nothing',
      most,
      code: errorCodes.exceptionUnused,
      detail: ({ exception }) => exception.reason,
    }),
  ];
}

type Group = {
  readonly title: string;
  readonly code: ErrorCode;
  readonly most: number;
  readonly detail: (use: ExceptionUse) => string;
};

function describeGroup(
  all: readonly ExceptionUse[],
  state: ExceptionUse['state'],
  { title, code, most, detail }: Group,
): readonly string[] {
  const uses = all.filter((use) => use.state === state);
  if (uses.length === 0) return [];
  const lines = uses.map((use) => {
    const { exception, objects } = use;
    const place = formatExceptionPlace(exception) + formatOthers(objects);
    return `${place} ${formatException(exception)}: ${detail(use)}`;
  });
  return [`warning: ${title} [${code}]`, ...listAll(lines, most)];
}

function describeInvalid(invalid: readonly InvalidAnnotation[], most: number): readonly string[] {
  if (invalid.length === 0) return [];
  const lines = invalid.map(describeInvalidAnnotation);
  const title = 'annotations are not valid, and accept nothing';
  return [`warning: ${title} [${errorCodes.annotationInvalid}]`, ...listAll(lines, most)];
}

/** `annotation of shop/pods/web and of 2 more: exception 1: "expires" must be …`. */
export function describeInvalidAnnotation({ object, origin, problems, objects }: InvalidAnnotation): string {
  const place = formatExceptionPlace({ origin, saidBy: object }) + formatOthers(objects);
  return `${place}: ${problems.join('; ')}`;
}

/** ` and of 2 more` behind the first of the objects that say the same. */
export function formatOthers(objects = 1): string {
  return objects > 1 ? ` and of ${objects - 1} more` : '';
}

function listAll(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most;
  return [
    ...lines.slice(0, most).map((line) => `    ${toPlainText(line)}`),
    ...(more > 0 ? [`    and ${more} more (-v names all)`] : []),
  ];
}

/** The last day, as it is written in most files, or the exact moment. */
export function lastMoment(expiresAt: Date | undefined): string {
  if (expiresAt === undefined) return 'no end';
  const isMidnight = expiresAt.getTime() % (24 * 60 * 60 * 1000) === 0;
  return isMidnight ? new Date(expiresAt.getTime() - 1).toISOString().slice(0, 10) : expiresAt.toISOString();
}
