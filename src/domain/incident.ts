import type { AuditError } from './errors.ts';

/** Where an incident hides something; an absent field means all. `resource` is in the form `deployments.apps`. */
export type IncidentScope = {
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly policy?: string | undefined;
};

/** Something that the scan could not see, evaluate or store. Any incident makes the scan incomplete. */
export type Incident = { readonly error: AuditError; readonly scope: IncidentScope };
