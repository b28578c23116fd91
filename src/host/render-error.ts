import { type AuditError, errorCodes } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import { asCalled } from './program-name.ts';

export type RenderErrorOptions = { readonly level?: 'error' | 'warning'; readonly causes?: boolean };

const codeColumn = 75;
const maxFacts = 3;
const maxTries = 3;
const maxCauses = 5;

/** The one shape in which a person meets an error: what, the facts, what to try, where to read more. Ends with a newline. */
export function renderError(
  error: AuditError,
  { level = 'error', causes = false }: RenderErrorOptions = {},
): string {
  const { message, facts, tries } = error.code === errorCodes.internal ? describeBug(error) : error;
  const lines = [
    `${`${level}: ${toPlainText(message)}`.padEnd(codeColumn - 1)} [${error.code}]`,
    ...facts.slice(0, maxFacts).map((fact) => `  ${toPlainText(fact)}`),
    ...tries
      .slice(0, maxTries)
      .map((step, index) => `  ${index === 0 ? 'Try:' : '    '} ${toPlainText(step)}`),
    `  More: audit-scanner explain ${error.code}`,
    ...(causes ? causeLines(error) : []),
  ];
  return asCalled(`${lines.join('\n')}\n`);
}

/** A defect has no fix that a user could try; what helps is where it happened. */
function describeBug(error: AuditError): Pick<AuditError, 'message' | 'facts' | 'tries'> {
  const origin = error.cause instanceof Error ? error.cause : error;
  const frame = /\bat .*?((?:src|dist)\/[^\s)]+)/.exec(origin.stack ?? '')?.[1];
  return {
    message: 'this is a bug in audit-scanner',
    facts: [`${origin.name}: ${origin.message}`, ...(frame === undefined ? [] : [`in ${frame}`])],
    tries: ['run it again with -vv and report what it prints'],
  };
}

function causeLines(error: AuditError): string[] {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error && lines.length < maxCauses; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
    lines.push(`  caused by: ${toPlainText(`${cause.name}: ${cause.message}`)}${code}`);
  }
  return lines;
}
