import type { ApiStatusError, KubernetesClient } from '../../kubernetes/index.ts';

/** Whom the API server did not allow something, by its own words where it says so. */
export function userOf(
  { explanation }: ApiStatusError,
  { connection }: Pick<KubernetesClient, 'connection'>,
): string {
  return /User "([^"]+)"/.exec(explanation)?.[1] ?? connection.user;
}

/**
 * What to type so that the user may do what a scan with these flags does. A service account does not grant itself anything: somebody
 * else asks in its name.
 */
export function grantCommand(user: string, flags: readonly string[] = []): string {
  const as = user.startsWith('system:serviceaccount:') ? [`--as ${user}`] : [];
  return `audit-scanner ${['rbac --missing', ...flags, ...as].join(' ')} | kubectl apply -f -`;
}
