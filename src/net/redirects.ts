import type { Connections } from './connections.ts';
import type { ExchangeLimits, HttpAnswer, HttpRequest } from './exchange.ts';
import { TransportFailure } from './failure.ts';

const maxRedirects = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Gets what is at the URL, also where redirects lead; the deadline is that of all of them. Logins do not go to another host. Rejects as
 * an exchange does.
 */
export async function getFollowing(
  connections: Connections,
  { url, headers }: { readonly url: string } & Pick<HttpRequest, 'headers'>,
  limits: ExchangeLimits,
): Promise<HttpAnswer> {
  const endsAt = performance.now() + limits.deadlineMs;
  let target = toTarget(url);
  let sent = headers;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const { origin, pathname, search } = target;
    const request = { method: 'GET', origin, path: `${pathname}${search}`, headers: sent } as const;
    const deadlineMs = Math.max(1, endsAt - performance.now());
    const answer = await connections.exchange(request, { ...limits, deadlineMs });
    const { location } = answer.headers;
    if (typeof location !== 'string' || !redirects.has(answer.status)) return answer;
    target = toTarget(location, target);
    if (target.origin !== origin) sent = withoutLogin(sent);
  }
  throw new TransportFailure('badRedirect');
}

/** A login in a URL would be lost, and the reader could not tell why it is refused. */
function toTarget(url: string, base?: URL): URL {
  const target = URL.parse(url, base?.href);
  if (
    target === null ||
    !/^https?:$/.test(target.protocol) ||
    target.username !== '' ||
    target.password !== ''
  )
    throw new TransportFailure('badRedirect');
  return target;
}

function withoutLogin(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}
