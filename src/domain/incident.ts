import type { AuditError } from './errors.ts';

/** Where an incident hides something; an absent field means all. `resource` is in the form `deployments.apps`. */
export type IncidentScope = {
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly policy?: string | undefined;
  /** A file, where a part of the input could not be read. */
  readonly path?: string | undefined;
};

/**
 * Something that the scan could not see, evaluate or store. Any incident makes the scan incomplete. Incidents with the same code
 * and scope are one; `count` says how often it happened and `error` is the first.
 */
export type Incident = { readonly error: AuditError; readonly scope: IncidentScope; readonly count: number };
