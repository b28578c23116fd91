import { AuditError, errorCodes } from '../domain/index.ts';
import { findNearest } from '../text/index.ts';
import type { Environment } from './given.ts';
import { environmentVariable, type OptionSpec } from './option.ts';

/**
 * What Kubernetes puts into every container of a namespace with a Service called audit-scanner, or audit-scanner-something:
 * `…_SERVICE_HOST`, `…_SERVICE_PORT`, `…_SERVICE_PORT_HTTPS`, `…_PORT`, `…_PORT_443_TCP`, `…_PORT_443_TCP_ADDR`.
 */
const ofService =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/**
 * The variables that are nearly one of ours, each as an error: a gate whose threshold is set by a name with a typing mistake would
 * otherwise use its default. Names that resemble none of `options` belong to other programs.
 */
export function findMisspeltVariables(
  environment: Environment,
  options: readonly OptionSpec[],
): readonly AuditError[] {
  const ours = options.map(({ name }) => environmentVariable(name));
  const byStem = new Map(ours.map((variable) => [stemOf(variable) ?? '', variable]));
  return Object.entries(environment).flatMap(([name, value]) => {
    const stem = stemOf(name);
    if (stem === undefined || ours.includes(name) || ofService.test(name) || (value ?? '') === '') return [];
    const nearest = findNearest(stem, [...byStem.keys()]);
    const meant = nearest === undefined ? undefined : byStem.get(nearest);
    return meant === undefined ? [] : [misspelt(name, meant)];
  });
}

/** What comes after the prefix, however that is written; undefined for a variable with another one. */
function stemOf(variable: string): string | undefined {
  return /^AUDIT[-_]?SCANNER[-_]?(?<stem>\w+)$/i.exec(variable)?.groups?.['stem']?.toUpperCase();
}

function misspelt(name: string, meant: string): AuditError {
  return new AuditError(errorCodes.unknownVariable, `there is no environment variable ${name}`, {
    facts: [`Did you mean ${meant}?`],
    tries: [`unset ${name}`, 'audit-scanner help environment'],
  });
}
