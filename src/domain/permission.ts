import type { GroupVersionResource } from './resource.ts';

/** One thing that RBAC allows or not. The version plays no part in that. `namespace` is undefined for the whole cluster. */
export type Permission = GroupVersionResource & {
  readonly verb: string;
  readonly namespace: string | undefined;
  /** Undefined for every object of the type. */
  readonly name?: string | undefined;
};
