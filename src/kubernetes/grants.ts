import type { KubernetesClient } from './client.ts';
import type { ApiStatusError } from './errors.ts';

/** The user whom the API server refused, by its own message if it names one. */
export function userOf(
  refusal: Pick<ApiStatusError, 'explanation'>,
  { connection }: Pick<KubernetesClient, 'connection'>,
): string {
  return refusedUserOf(refusal) ?? connection.user;
}

/** Undefined if the API server does not name the user. */
export function refusedUserOf({ explanation }: Pick<ApiStatusError, 'explanation'>): string | undefined {
  return /User "([^"]+)"/.exec(explanation)?.[1];
}

/**
 * The command that lets the user do what a scan with these flags does. A service account cannot grant itself anything: somebody else
 * has to run it on its behalf.
 */
export function grantCommand(user: string | undefined, flags: readonly string[] = []): string {
  const as = user?.startsWith('system:serviceaccount:') === true ? [`--as ${user}`] : [];
  return `audit-scanner ${['rbac --missing', ...flags, ...as].join(' ')} | kubectl apply -f -`;
}
