import { createServer as createHttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseProxyUrl } from '../../../src/net/proxy.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { clientOf, connectionTo, errorOf, never, sendJson, startServer } from './loopback.ts';

const get = { method: 'GET', path: '/version', signal: never } as const;
const authority = await createCertificateAuthority('cluster-ca');
const certificate = await authority.issueServer();
const trusting = { ca: authority.cert, rejectUnauthorized: true, serverName: undefined };

describe('TLS to the API server', () => {
  it('trusts the authority of the cluster, and verifies the address', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    }, certificate);

    expect((await clientOf(connectionTo(server.url, { tls: trusting })).request(get)).status).toBe(200);
  });

  it('refuses another authority, and says what it saw', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    }, certificate);
    const client = clientOf(connectionTo(server.url));
    const error = await errorOf(client.request(get));

    expect([error.code, error.message]).toEqual([
      'AS-3007',
      `the Kubernetes API at ${server.url} presents a certificate that is not trusted: its authority is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
    ]);
    expect(error.facts).toEqual([
      'Certificate: CN=test-server, issued by CN=cluster-ca',
      'Issued for: DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      expect.stringMatching(/^Valid: \w+ .* GMT to .* GMT$/),
    ]);
    // Trying again would not make it any better.
    expect(client.waits).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('refuses a certificate that has expired', async () => {
    const expired = await authority.issueServer({ notAfter: new Date('2020-01-02T00:00:00Z') });
    const server = await startServer(() => undefined, expired);
    const error = await errorOf(clientOf(connectionTo(server.url, { tls: trusting })).request(get));

    expect(error.code).toBe('AS-3007');
    expect(error.message).toMatch(/: it has expired \(CERT_HAS_EXPIRED\)$/);
    expect(error.facts.join('\n')).toContain('to Jan  2 00:00:00 2020 GMT');
  });

  it('refuses a certificate for another name, unless tls-server-name says that one', async () => {
    const other = await authority.issueServer({ dns: ['api.example.com'] });
    const server = await startServer((_, response) => {
      sendJson(response, {});
    }, other);
    const error = await errorOf(clientOf(connectionTo(server.url, { tls: trusting })).request(get));

    expect(error.code).toBe('AS-3007');
    expect(error.message).toMatch(/: it was issued for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)$/);

    const tls = { ...trusting, serverName: 'api.example.com' };
    expect((await clientOf(connectionTo(server.url, { tls })).request(get)).status).toBe(200);
  });

  it('verifies nothing if the flag says so', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    }, certificate);
    const tls = { ca: undefined, rejectUnauthorized: false, serverName: undefined };

    expect((await clientOf(connectionTo(server.url, { tls })).request(get)).status).toBe(200);
  });

  it('says when the port does not speak TLS', async () => {
    const server = await startServer(() => undefined);
    const error = await errorOf(clientOf(connectionTo(server.url.replace('http', 'https'))).request(get));

    expect(error.code).toBe('AS-3009');
    expect(error.message).toContain('that port does not speak TLS');
  });

  it('presents the client certificate, and the new one after a rotation', async () => {
    const certificates = [await authority.issueClient('first'), await authority.issueClient('second')];
    const seen: string[] = [];
    const server = await startServer(
      (request, response) => {
        if (request.socket instanceof TLSSocket)
          seen.push(String(request.socket.getPeerCertificate().subject.CN));
        sendJson(response, {});
      },
      { ...certificate, requestCert: true, rejectUnauthorized: true, ca: authority.cert },
    );
    let now = 0;
    let calls = 0;
    const authenticate = () =>
      Promise.resolve({ headers: {}, certificate: certificates[calls++ === 0 ? 0 : 1]! });
    const client = clientOf(connectionTo(server.url, { tls: trusting, authenticate }), { now: () => now });

    await client.request(get);
    await client.request(get);
    now = 60_000;
    await client.request(get);

    expect(seen).toEqual(['first', 'first', 'second']);
  });

  it('says when the client certificate is not usable at all', async () => {
    const authenticate = () => Promise.resolve({ headers: {}, certificate: { cert: 'none', key: 'none' } });
    const error = await errorOf(
      clientOf(connectionTo('https://127.0.0.1:9', { tls: trusting, authenticate })).request(get),
    );

    expect(error).toMatchObject({
      code: 'AS-3004',
      message:
        'the certificates of context "test" cannot be used: they are not valid PEM, or the key belongs to another certificate',
    });
  });

  it('speaks HTTP/1.1 to a server that would rather speak HTTP/2', async () => {
    const versions: string[] = [];
    const server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.end('{}');
    });
    const port = await listen(server);

    await clientOf(connectionTo(`https://127.0.0.1:${port}`, { tls: trusting })).request(get);

    expect(versions).toEqual(['1.1']);
  });
});

describe('a proxy', () => {
  /** An HTTP proxy that connects everything to one port, whatever host it is asked for. */
  async function startProxy(target: number, status = 200): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, client: Socket) => {
      seen.push(`${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`.trim());
      if (status !== 200) {
        client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const upstream = connectSocket(target, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    return { url: `127.0.0.1:${await listen(proxy)}`, seen };
  }

  it('is tunnelled through, with its password, and the API server is still verified', async () => {
    const named = await authority.issueServer({ dns: ['api.example.com'] });
    const server = await startServer((request, response) => {
      sendJson(response, { proxied: request.headers['proxy-authorization'] ?? 'no password' });
    }, named);
    const { url, seen } = await startProxy(server.port);
    const proxy = parseProxyUrl(`http://ana:pw@${url}`, 'test');
    const client = clientOf(connectionTo('https://api.example.com:6443', { tls: trusting, proxy }), {
      connections: 1,
    });

    expect((await client.request(get)).body.toString()).toBe('{"proxied":"no password"}');
    await client.request(get);

    expect(seen).toEqual([`api.example.com:6443 Basic ${Buffer.from('ana:pw').toString('base64')}`]);

    const wrongName = clientOf(connectionTo('https://other.example.com:6443', { tls: trusting, proxy }));
    expect(await errorOf(wrongName.request(get))).toMatchObject({
      code: 'AS-3007',
      facts: [`Proxy: http://${url}`],
    });
  });

  it('that refuses is named, without its password', async () => {
    const { url } = await startProxy(0, 403);
    const proxy = parseProxyUrl(`http://ana:pw@${url}`, 'test');
    const error = await errorOf(clientOf(connectionTo('https://api.example.com', { proxy })).request(get));

    expect(error).toMatchObject({
      code: 'AS-3006',
      message:
        'cannot reach the Kubernetes API at https://api.example.com: the proxy refused to connect (UND_ERR_ABORTED)',
      facts: [`Proxy: http://${url}`, 'Context: test (/home/ana/.kube/config)'],
    });
  });

  it('may speak SOCKS5', async () => {
    const server = await startServer(
      (_, response) => {
        sendJson(response, {});
      },
      await authority.issueServer({ dns: ['api.example.com'] }),
    );
    const asked: string[] = [];
    const socks = createServer((client) => {
      client.once('data', () => {
        client.write(Buffer.from([5, 0]));
        client.once('data', (request: Buffer) => {
          asked.push(request.toString('latin1', 5, 5 + request[4]!));
          const upstream = connectSocket(server.port, '127.0.0.1', () => {
            client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            upstream.pipe(client).pipe(upstream);
          });
          upstream.on('error', () => client.destroy());
          client.on('error', () => upstream.destroy());
        });
      });
    });
    const proxy = parseProxyUrl(`socks5://127.0.0.1:${await listen(socks)}`, 'test');

    const client = clientOf(connectionTo('https://api.example.com:6443', { tls: trusting, proxy }));

    expect((await client.request(get)).status).toBe(200);
    expect(asked).toEqual(['api.example.com']);
  });
});

type Listening = {
  listen(port: number, host: string, ready: () => void): unknown;
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
  on(event: 'connection', listener: (socket: Socket) => void): unknown;
};

async function listen(server: Listening): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
