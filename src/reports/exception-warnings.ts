import {
  type AuditOutcome,
  type ErrorCode,
  type ExceptionUse,
  errorCodes,
  formatException,
  formatOrigin,
} from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';

/** What somebody has to do something about: exceptions that have run out, and those that cover nothing. One line each, plain. */
export function describeExceptions({ exceptions = [] }: AuditOutcome): readonly string[] {
  return [
    ...describeGroup(exceptions, 'expired', {
      title: 'exceptions have expired, what they cover counts again',
      code: errorCodes.exceptionExpired,
      detail: ({ exception, findings }) =>
        `until ${lastMoment(exception.expiresAt)}, would cover ${findings}: ${exception.reason}`,
    }),
    ...describeGroup(exceptions, 'unused', {
      title: 'exceptions cover nothing',
      code: errorCodes.exceptionUnused,
      detail: ({ exception }) => exception.reason,
    }),
  ];
}

type Group = {
  readonly title: string;
  readonly code: ErrorCode;
  readonly detail: (use: ExceptionUse) => string;
};

function describeGroup(
  all: readonly ExceptionUse[],
  state: ExceptionUse['state'],
  { title, code, detail }: Group,
): readonly string[] {
  const uses = all.filter((use) => use.state === state);
  if (uses.length === 0) return [];
  return [
    `warning: ${title} [${code}]`,
    ...uses.map((use) => {
      const { exception } = use;
      return `    ${toPlainText(`${formatOrigin(exception.origin)} ${formatException(exception)}: ${detail(use)}`)}`;
    }),
  ];
}

/** The last day, as it is written in most files, or the exact moment. */
export function lastMoment(expiresAt: Date | undefined): string {
  if (expiresAt === undefined) return 'no end';
  const isMidnight = expiresAt.getTime() % (24 * 60 * 60 * 1000) === 0;
  return isMidnight ? new Date(expiresAt.getTime() - 1).toISOString().slice(0, 10) : expiresAt.toISOString();
}
