import type { ApiStatusError, KubernetesClient } from '../../kubernetes/index.ts';

/** The user whom the API server refused, by its own message if it names one. */
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
