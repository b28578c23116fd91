import type { Permission } from '../domain/index.ts';

/** `unknown` where nobody can tell without doing it. */
export type Access = 'allowed' | 'denied' | 'unknown';

export interface AccessReviewer {
  /** Whether the user may do this. Asks the API server and changes nothing; rejects with an AuditError when it does not answer. */
  review(permission: Permission, signal: AbortSignal): Promise<Access>;
  /** The user as the API server knows them; undefined where it does not say. */
  whoAmI(signal: AbortSignal): Promise<string | undefined>;
}
