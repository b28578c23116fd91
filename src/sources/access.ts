import type { GroupVersionResource } from '../domain/index.ts';

/** One thing that RBAC allows or not. The version plays no part in that. `namespace` is undefined for the whole cluster. */
export type Permission = GroupVersionResource & {
  readonly verb: string;
  readonly namespace: string | undefined;
  /** Undefined for every object of the type. */
  readonly name?: string | undefined;
};

/** `unknown` where nobody can tell without doing it. */
export type Access = 'allowed' | 'denied' | 'unknown';

export interface AccessReviewer {
  /** Whether the user may do this. Asks the API server and changes nothing; rejects with an AuditError when it does not answer. */
  review(permission: Permission, signal: AbortSignal): Promise<Access>;
  /** The user as the API server knows them; undefined where it does not say. */
  whoAmI(signal: AbortSignal): Promise<string | undefined>;
}
