import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { ca, evaluate, evaluatorFor, failureOf, serve } from './setup.ts';

type Tunnel = (request: IncomingMessage, socket: Duplex) => void;

/** A CONNECT proxy for one test. */
async function startProxy(tunnel: Tunnel) {
  const asked: { host: string | undefined; authorization: string | undefined }[] = [];
  const sockets = new Set<Duplex>();
  const proxy = createServer().listen(0, '127.0.0.1');
  proxy.on('connect', (request, socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    asked.push({ host: request.url, authorization: request.headers['proxy-authorization'] });
    tunnel(request, socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  await once(proxy, 'listening');
  return { url: new URL(`http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`), asked };
}

/** Whatever name is asked for, the tunnel ends at this port. */
function leadTo(port: string): Tunnel {
  return (_request, socket) => {
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  };
}

const url = new URL('https://policy-server-default.kubewarden.svc:8443');
const certificate = await ca.issueServer({ dns: [url.hostname] });

describe('through a proxy', () => {
  it('opens a tunnel for every request, to the name that the proxy resolves', async () => {
    const server = await serve({ certificate, http2: true });
    const proxy = await startProxy(leadTo(server.url.port));
    const found: string[] = [];
    const evaluator = await evaluatorFor(url, {
      findProxy: (target) => {
        found.push(target.href);
        return proxy.url;
      },
    });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => evaluate(evaluator)));

    expect(outcomes.every(({ verdict }) => verdict === 'allowed')).toBe(true);
    expect(server.connections).toBe(20);
    expect(proxy.asked).toHaveLength(20);
    expect(proxy.asked[0]).toEqual({
      host: 'policy-server-default.kubewarden.svc:8443',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
    });
    expect(found).toEqual([`${url.origin}/`]);
  });

  it('judges the certificate behind it', async () => {
    const stranger = await createCertificateAuthority();
    const cases = [
      { certificate: await stranger.issueServer({ dns: [url.hostname] }), why: 'its authority is not known' },
      {
        certificate: await ca.issueServer({ dns: ['elsewhere'] }),
        why: 'it was issued for another name',
      },
    ];
    for (const { certificate: presented, why } of cases) {
      const server = await serve({ certificate: presented });
      const proxy = await startProxy(leadTo(server.url.port));
      const evaluator = await evaluatorFor(url, { findProxy: () => proxy.url });
      expect(failureOf(await evaluate(evaluator))).toEqual({
        code: 'AS-4111',
        message: `the certificate of policy server "default" is not accepted: ${why}`,
      });
      expect(server.requests).toBe(0);
    }
  });

  it.each<[string, Tunnel, string]>([
    [
      'refuses',
      (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
      'cannot reach policy server "default": the proxy refused to connect',
    ],
    [
      'hangs up',
      (_request, socket) => socket.destroy(),
      'cannot reach policy server "default": the proxy closed the connection',
    ],
  ])('says so when the proxy %s', async (_what, tunnel, message) => {
    const proxy = await startProxy(tunnel);
    const evaluator = await evaluatorFor(url, { findProxy: () => proxy.url });
    expect(failureOf(await evaluate(evaluator))).toEqual({ code: 'AS-4101', message });
  });

  it('says so when there is no proxy', async () => {
    const server = await serve();
    await server.stop();
    const evaluator = await evaluatorFor(url, {
      findProxy: () => new URL(`http://127.0.0.1:${server.url.port}`),
    });
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4101',
      message: 'cannot reach policy server "default": the connection was refused',
    });
  });
});
