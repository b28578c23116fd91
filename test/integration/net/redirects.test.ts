import { expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../../src/net/connections.ts';
import { getFollowing } from '../../../src/net/redirects.ts';
import { createContext } from '../../../src/net/tls.ts';
import { never, startServer } from '../kubernetes/loopback.ts';

const terms = { tls: { secureContext: createContext({}), verify: true }, proxy: undefined, idleMs: 1000 };
const limits = { deadlineMs: 5000, maxBodyBytes: 1000, signal: never };
const headers = { accept: '*/*', authorization: 'Basic secret' };

function get(url: string, deadlineMs = limits.deadlineMs) {
  const connections = new Connections(() => terms);
  onTestFinished(() => connections.destroy());
  return getFollowing(connections, { url, headers }, { ...limits, deadlineMs });
}

/** A server that sends everybody elsewhere, by where they come. */
function redirecting(to: (path: string) => string | undefined, status = 302) {
  return startServer(({ path, headers: { authorization } }, response) => {
    const location = to(path);
    if (location === undefined) response.end(authorization ?? 'no login');
    else response.writeHead(status, { location }).end();
  });
}

it.each([301, 302, 303, 307, 308])(
  'follows a %i, relative and absolute, with the login on the same host',
  async (status) => {
    const server = await redirecting(
      (path) => (path === '/a/b' ? 'c?d=1' : path === '/a/c' ? `${server.url}/e` : undefined),
      status,
    );
    expect((await get(`${server.url}/a/b`)).body.toString()).toBe('Basic secret');
    expect(server.requests).toEqual(['GET /a/b', 'GET /a/c?d=1', 'GET /e']);
  },
);

it('takes no login to another host, nor back from there', async () => {
  const other = await redirecting((path) => (path === '/back' ? `${server.url}/end` : undefined));
  const server = await redirecting((path) => (path === '/end' ? undefined : other.url + path));
  expect((await get(`${server.url}/there`)).body.toString()).toBe('no login');
  expect((await get(`${server.url}/back`)).body.toString()).toBe('no login');
});

it.each(['file:///etc/passwd', 'http://', 'http://user:password@127.0.0.1/'])(
  'does not go to %s',
  async (location) => {
    const server = await redirecting(() => location);
    await expect(get(server.url)).rejects.toMatchObject({ kind: 'badRedirect' });
  },
);

it('gives up after twenty, and when the time for all of them is over', async () => {
  const server = await redirecting((path) => `${path}a`);
  await expect(get(server.url)).rejects.toMatchObject({ kind: 'badRedirect' });
  expect(server.requests).toHaveLength(21);
  const slow = await startServer((_request, response) => {
    setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60);
  });
  await expect(get(slow.url, 150)).rejects.toMatchObject({ kind: 'deadline' });
});

it('takes one without a place for an answer', async () => {
  const server = await startServer((_request, response) => {
    response.writeHead(302).end('where?');
  });
  expect(await get(server.url)).toMatchObject({ status: 302 });
});
