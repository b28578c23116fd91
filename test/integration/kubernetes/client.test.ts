import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { ApiStatusError } from '../../../src/kubernetes/errors.ts';
import { clientOf, connectionTo, errorOf, never, sendJson, sendStatus, startServer } from './loopback.ts';

const get = { method: 'GET', path: '/api/v1/pods', signal: never } as const;
const post = {
  method: 'POST',
  path: '/api/v1/pods',
  body: '{"a":1}',
  contentType: 'application/json',
  signal: never,
} as const;

describe('a request', () => {
  it('carries what the caller gives, below the path of the server', async () => {
    const received: object[] = [];
    const server = await startServer((request, response) => {
      const { authorization, accept, 'user-agent': agent, 'content-type': type } = request.headers;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ authorization, accept, agent, type, body });
        sendJson(response, { ok: true }, 201);
      });
    });
    const client = clientOf(connectionTo(`${server.url}/k8s/clusters/c-1/`));

    const response = await client.request({
      ...post,
      accept: 'text/plain',
      query: { limit: '5', selector: 'a=b,c!=d', none: undefined },
    });

    expect([response.status, response.body.toString()]).toEqual([201, '{"ok":true}']);
    expect(server.requests).toEqual(['POST /k8s/clusters/c-1/api/v1/pods?limit=5&selector=a%3Db%2Cc%21%3Dd']);
    expect(received).toEqual([
      {
        authorization: 'Bearer secret-token',
        accept: 'text/plain',
        agent: 'audit-scanner/test',
        type: 'application/json',
        body: '{"a":1}',
      },
    ]);
  });

  it('gives back the bytes of the body as they are', async () => {
    const bytes = Buffer.from([0, 255, 128, 10, 13, 34]);
    const server = await startServer((_, response) => {
      response.write(bytes.subarray(0, 2));
      response.end(bytes.subarray(2));
    });

    expect((await clientOf(connectionTo(server.url)).request(get)).body).toEqual(bytes);
  });

  it('reuses connections', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    });
    const client = clientOf(connectionTo(server.url), { connections: 1 });

    for (let count = 0; count < 20; count += 1) await client.request(get);

    expect([server.requests.length, server.connections]).toEqual([20, 1]);
  });

  it('never has more connections open than allowed', async () => {
    const server = await startServer((_, response) => {
      setTimeout(() => {
        sendJson(response, {});
      }, 5);
    });
    const client = clientOf(connectionTo(server.url), { connections: 3 });

    await Promise.all(Array.from({ length: 30 }, () => client.request(get)));

    expect([server.requests.length, server.connections]).toEqual([30, 3]);
  });
});

describe('an answer without success', () => {
  it('says what the API server says, on one line', async () => {
    const server = await startServer((_, response) => {
      sendStatus(response, 403, {
        reason: 'Forbidden',
        message: 'pods is forbidden:\n User "x"\u001b[31m cannot',
      });
    });
    const error = await errorOf(
      clientOf(connectionTo(server.url)).request({ ...get, query: { limit: '1' } }),
    );

    expect(error).toBeInstanceOf(ApiStatusError);
    expect(error).toMatchObject({
      code: 'AS-3009',
      status: 403,
      message: 'the Kubernetes API answered 403 to GET /api/v1/pods: pods is forbidden: User "x" [31m cannot',
    });
  });

  it('passes on the token that comes with a 410', async () => {
    const server = await startServer((_, response) => {
      sendStatus(response, 410, { reason: 'Expired', message: 'too old', metadata: { continue: 'fresh' } });
    });

    expect(await errorOf(clientOf(connectionTo(server.url)).request(get))).toMatchObject({
      status: 410,
      continueToken: 'fresh',
    });
  });

  it('does not repeat what is no Status: it may be a page of some proxy', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(407).end('<html>secret</html>');
    });

    expect((await errorOf(clientOf(connectionTo(server.url)).request(get))).message).toBe(
      'the Kubernetes API answered 407 to GET /api/v1/pods: Proxy Authentication Required',
    );
  });

  it('is no success either when it is a redirect', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });

    expect(await errorOf(clientOf(connectionTo(server.url)).request(get))).toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('retries', () => {
  it('back off exponentially with jitter, and end', async () => {
    const server = await startServer((_, response) => {
      sendStatus(response, 503, { message: 'starting' });
    });
    const client = clientOf(connectionTo(server.url));
    const error = await errorOf(client.request(get));

    expect(error).toMatchObject({
      status: 503,
      message: 'the Kubernetes API answered 503 to GET /api/v1/pods: starting',
    });
    expect(client.waits).toEqual([125, 250, 500, 1000, 2000]);
    expect(server.requests).toHaveLength(6);
  });

  it.each([500, 502, 503, 504])('repeat a GET after a %d', async (status) => {
    let requests = 0;
    const server = await startServer((_, response) => {
      requests += 1;
      if (requests === 1) sendStatus(response, status);
      else sendJson(response, { kind: 'PodList' });
    });

    expect((await clientOf(connectionTo(server.url)).request(get)).status).toBe(200);
  });

  it.each([400, 403, 404, 409, 410, 422])('do not repeat anything after a %d', async (status) => {
    const server = await startServer((_, response) => {
      sendStatus(response, status);
    });

    await errorOf(clientOf(connectionTo(server.url)).request(get));

    expect(server.requests).toHaveLength(1);
  });

  it('wait as long as a 429 asks for, and longer by the jitter; for writes too', async () => {
    let requests = 0;
    const server = await startServer((_, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(429, { 'retry-after': '7' }).end();
      else sendJson(response, {}, 201);
    });
    const client = clientOf(connectionTo(server.url));

    expect((await client.request(post)).status).toBe(201);
    expect(client.waits).toEqual([7125]);
  });

  it('understand a date in Retry-After, by the clock of the server', async () => {
    let requests = 0;
    const server = await startServer((_, response) => {
      requests += 1;
      const date = 'Wed, 01 Jan 2020 00:00:00 GMT';
      if (requests === 1)
        response.writeHead(429, { date, 'retry-after': 'Wed, 01 Jan 2020 00:00:09 GMT' }).end();
      else sendJson(response, {});
    });
    const client = clientOf(connectionTo(server.url));

    await client.request(get);

    expect(client.waits).toEqual([9125]);
  });

  it('do not wait for a server that wants to be left alone for an hour', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
    });
    const client = clientOf(connectionTo(server.url));

    expect(await errorOf(client.request(get))).toMatchObject({ status: 429 });
    expect([client.waits, server.requests.length]).toEqual([[], 1]);
  });

  it('do not repeat a write after a 5xx or a broken connection, unless the caller says that it is harmless', async () => {
    for (const fail of ['status', 'reset']) {
      const server = await startServer((request, response) => {
        if (fail === 'status') sendStatus(response, 500);
        else request.socket.destroy();
      });
      const client = clientOf(connectionTo(server.url));

      await errorOf(client.request(post));
      expect(server.requests).toHaveLength(1);

      await errorOf(client.request({ ...post, idempotent: true }));
      expect(server.requests).toHaveLength(7);
    }
  });

  it('repeat a GET whose answer was cut off', async () => {
    let requests = 0;
    const server = await startServer((_, response) => {
      requests += 1;
      if (requests > 2) {
        response.end('complete');
        return;
      }
      if (requests === 1) response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    });

    expect((await clientOf(connectionTo(server.url)).request(get)).body.toString()).toBe('complete');
    expect(server.requests).toHaveLength(3);
  });

  it('end at once when the signal aborts, also in the middle of a wait', async () => {
    const server = await startServer((_, response) => {
      sendStatus(response, 503);
    });
    const stop = new AbortController();
    const client = clientOf(connectionTo(server.url), {
      delay: () => {
        stop.abort();
        return new Promise<void>(() => undefined);
      },
    });

    expect(await errorOf(client.request({ ...get, signal: stop.signal }))).toMatchObject({ code: 'AS-1003' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('deadlines and limits', () => {
  it('an answer that does not come in time is no answer', async () => {
    const server = await startServer(() => undefined);
    const error = await errorOf(clientOf(connectionTo(server.url), { requestTimeoutMs: 30 }).request(post));

    expect(error).toMatchObject({
      code: 'AS-3009',
      message: `no answer from the Kubernetes API at ${server.url}: no complete answer within 0.03 s`,
    });
  });

  it('there is none when the timeout is 0', async () => {
    const server = await startServer((_, response) => {
      setTimeout(() => {
        sendJson(response, {});
      }, 50);
    });

    expect((await clientOf(connectionTo(server.url), { requestTimeoutMs: 0 }).request(get)).status).toBe(200);
  });

  it('the deadline covers the body', async () => {
    const server = await startServer((_, response) => {
      response.write('{');
    });
    const error = await errorOf(clientOf(connectionTo(server.url), { requestTimeoutMs: 100 }).request(post));

    expect(error.message).toMatch(/no complete answer within 0\.1 s$/);
  });

  it('a body that is too large is refused and not asked for again', async () => {
    const server = await startServer((_, response) => {
      response.end(Buffer.alloc(3 * 2 ** 20));
    });
    const error = await errorOf(clientOf(connectionTo(server.url), { maxBodyBytes: 2 ** 21 }).request(get));

    expect([error.code, error.message]).toEqual([
      'AS-3009',
      'the Kubernetes API sent more than 2 MiB in one answer',
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it('an aborted signal ends a request in flight, with the reason that it brings', async () => {
    const stop = new AbortController();
    const reason = new AuditError(errorCodes.interrupted, 'Ctrl-C');
    const server = await startServer((_, response) => {
      response.write('{', () => {
        stop.abort(reason);
      });
    });

    expect(await errorOf(clientOf(connectionTo(server.url)).request({ ...get, signal: stop.signal }))).toBe(
      reason,
    );
    expect(await errorOf(clientOf(connectionTo(server.url)).request({ ...get, signal: stop.signal }))).toBe(
      reason,
    );
    expect(server.requests).toHaveLength(1);
  });

  it('leaves no listener on the signal of the run', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    });
    const stop = new AbortController();
    let listeners = 0;
    const count = (change: number, method: 'addEventListener' | 'removeEventListener') => {
      const original = stop.signal[method].bind(stop.signal) as (...args: unknown[]) => void;
      Object.defineProperty(stop.signal, method, {
        value: (...args: unknown[]) => {
          listeners += change;
          original(...args);
        },
      });
    };
    count(1, 'addEventListener');
    count(-1, 'removeEventListener');

    await clientOf(connectionTo(server.url)).request({ ...get, signal: stop.signal });

    expect(listeners).toBe(0);
  });
});

describe('credentials', () => {
  const tokens = (...values: string[]) => {
    const calls: boolean[] = [];
    const authenticate = (renew: boolean) => {
      calls.push(renew);
      const authorization = `Bearer ${values[Math.min(calls.length, values.length) - 1] ?? ''}`;
      return Promise.resolve({ headers: { authorization }, certificate: undefined });
    };
    return { calls, authenticate };
  };

  it('are renewed once when they are refused', async () => {
    const server = await startServer((request, response) => {
      if (request.headers.authorization === 'Bearer new') sendJson(response, {});
      else sendStatus(response, 401);
    });
    const { calls, authenticate } = tokens('old', 'new');
    const client = clientOf(connectionTo(server.url, { authenticate }));

    expect((await client.request(post)).status).toBe(200);
    expect((await client.request(get)).status).toBe(200);
    expect(calls).toEqual([false, true]);
    expect(client.waits).toEqual([]);
  });

  it('are renewed once for all requests that are in flight', async () => {
    let arrived = 0;
    const server = await startServer((request, response) => {
      if (request.headers.authorization === 'Bearer new') {
        sendJson(response, {});
        return;
      }
      arrived += 1;
      const answer = () => {
        if (arrived < 10) setTimeout(answer, 1);
        else sendStatus(response, 401);
      };
      answer();
    });
    const { calls, authenticate } = tokens('old', 'new');
    const slowly = async (renew: boolean) => {
      const credentials = await authenticate(renew);
      await new Promise((resolve) => setTimeout(resolve, 30));
      return credentials;
    };
    const client = clientOf(connectionTo(server.url, { authenticate: slowly }));

    await Promise.all(Array.from({ length: 10 }, () => client.request(get)));

    expect(calls).toEqual([false, true]);
  });

  it('that stay refused are an error that names the user, and no token', async () => {
    const server = await startServer((_, response) => {
      sendStatus(response, 401, { message: 'Unauthorized' });
    });
    const error = await errorOf(clientOf(connectionTo(server.url)).request(get));

    expect(error).toMatchObject({
      code: 'AS-3008',
      status: 401,
      message: `the Kubernetes API at ${server.url} does not accept the credentials of "tester" (401 Unauthorized)`,
      facts: ['Context: test', 'The API server says: Unauthorized'],
      tries: [
        'log in again with the tool that wrote the kubeconfig',
        'kubectl auth whoami --context test',
        'kubectl config view --minify --context test',
      ],
    });
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    [401, 'Unauthorized', 'AS-3140'],
    [403, 'forbidden: User "system:anonymous" cannot get path "/api"', 'AS-3140'],
    // Somebody in between gave credentials, or this stranger may do other things.
    [403, 'forbidden: User "ana" cannot get path "/api"', 'AS-3009'],
  ])('that the kubeconfig lacks are told from those that are wrong: %i %s', async (status, message, code) => {
    const server = await startServer((_, response) => {
      sendStatus(response, status, { message });
    });
    const error = await errorOf(clientOf(connectionTo(server.url, { anonymous: true })).request(get));
    expect(error.code).toBe(code);
    if (code !== 'AS-3140') return;
    expect(error).toMatchObject({
      message: `context "test" has no credentials for its user "tester", and the Kubernetes API at ${server.url} refuses anonymous requests`,
      facts: ['Kubeconfig: /home/ana/.kube/config', `The API server says: ${message}`],
    });
  });

  it('are looked at again after a minute, and go on as they were when that fails', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    });
    let now = 0;
    let calls = 0;
    const authenticate = () => {
      calls += 1;
      if (calls === 2) return Promise.reject(new AuditError(errorCodes.credentialPluginFailed, 'broken'));
      return Promise.resolve({ headers: { authorization: `Bearer ${calls}` }, certificate: undefined });
    };
    const client = clientOf(connectionTo(server.url, { authenticate }), { now: () => now });
    const callsAt = async (time: number) => {
      now = time;
      await client.request(get);
      return calls;
    };

    expect(await callsAt(0)).toBe(1);
    expect(await callsAt(59_999)).toBe(1);
    expect(await callsAt(60_000)).toBe(2);
    expect(await callsAt(119_999)).toBe(2);
    expect(await callsAt(120_000)).toBe(3);
  });

  it('that cannot be read are an error before anything is sent', async () => {
    const server = await startServer((_, response) => {
      sendJson(response, {});
    });
    const broken = new AuditError(errorCodes.credentialPluginFailed, 'no plugin');
    const client = clientOf(connectionTo(server.url, { authenticate: () => Promise.reject(broken) }));

    expect(await errorOf(client.request(get))).toBe(broken);
    expect(server.requests).toEqual([]);
  });

  it('do not hold up an interruption', async () => {
    const stop = new AbortController();
    const authenticate = () => {
      queueMicrotask(() => {
        stop.abort();
      });
      return new Promise<never>(() => undefined);
    };
    const client = clientOf(connectionTo('http://127.0.0.1:9', { authenticate }));

    expect(await errorOf(client.request({ ...get, signal: stop.signal }))).toMatchObject({ code: 'AS-1003' });
    Object.assign(client, { close: () => Promise.resolve() });
  });
});

describe('no connection', () => {
  it('refused', async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as { port: number };
        probe.close(() => {
          resolve(free);
        });
      });
    });
    const client = clientOf(connectionTo(`http://127.0.0.1:${port}`));

    expect(await errorOf(client.request(post))).toMatchObject({
      code: 'AS-3006',
      message: `cannot reach the Kubernetes API at http://127.0.0.1:${port}: the connection was refused (ECONNREFUSED)`,
      facts: ['Context: test (/home/ana/.kube/config)'],
      tries: ['kubectl cluster-info --context test', 'audit-scanner scan --context NAME'],
    });
    // Nothing was sent, so that even a write may be tried again.
    expect(client.waits).toHaveLength(5);
  });

  it('unknown name', async () => {
    const error = await errorOf(clientOf(connectionTo('http://no-such-host.invalid')).request(get));

    expect(error.code).toBe('AS-3006');
    expect(error.message).toMatch(
      /^cannot reach the Kubernetes API at http:\/\/no-such-host\.invalid: its name (does not resolve \(ENOTFOUND\)|could not be looked up \(EAI_AGAIN\))$/,
    );
  });

  it('closed without an answer', async () => {
    const server = await startServer((request) => {
      request.socket.destroy();
    });

    expect(await errorOf(clientOf(connectionTo(server.url)).request(get))).toMatchObject({
      code: 'AS-3009',
      message: `no answer from the Kubernetes API at ${server.url}: the connection was closed in the middle of the answer (UND_ERR_SOCKET)`,
    });
  });
});
