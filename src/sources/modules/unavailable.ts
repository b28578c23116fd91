import { AuditError, type AuditErrorOptions, errorCodes } from '../../domain/errors.ts';

/** Why a module cannot be had. */
export function unavailable(name: string, why: string, options: AuditErrorOptions = {}): AuditError {
  return new AuditError(errorCodes.moduleUnavailable, `the module ${name} cannot be loaded: ${why}`, options);
}
