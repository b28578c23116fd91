import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { withRetry } from '../../../src/evaluation/decorators/with-retry.ts';
import { TransientError } from '../../../src/evaluation/transient-error.ts';
import { startBalancer } from '../../support/balancer.ts';
import { aPolicy } from '../../support/builders.ts';
import type { Fault } from '../../support/policy-server.ts';
import { evaluate, evaluatorFor, failureOf, never, policy, review, reviewOfSize, serve } from './setup.ts';

describe('connections', () => {
  it.each([true, false])('opens a new one for every request; HTTP/2 offered: %s', async (http2) => {
    const server = await serve({ http2, latencyMs: 5 });
    const evaluator = await evaluatorFor(server.url);
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => evaluate(evaluator)));

    expect(outcomes.every(({ verdict }) => verdict === 'allowed')).toBe(true);
    expect(server.requests).toBe(60);
    expect(server.connections).toBe(60);
  });

  it('opens a new one for every request of a sequence too (W23)', async () => {
    const server = await serve({ http2: true });
    const evaluator = await evaluatorFor(server.url);
    for (let count = 0; count < 10; count += 1) await evaluate(evaluator);
    expect(server.connections).toBe(10);
  });

  it('opens no more at a time than the concurrency', async () => {
    let open = 0;
    let most = 0;
    const server = await serve({
      answer: async () => {
        open += 1;
        most = Math.max(most, open);
        await delay(10);
        open -= 1;
        return { allowed: true };
      },
    });
    const evaluator = await evaluatorFor(server.url, { concurrency: 3 });
    await Promise.all(Array.from({ length: 12 }, () => evaluate(evaluator)));
    expect(most).toBe(3);
  });
});

describe('requests', () => {
  it('sends the review as JSON to the policy', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    await evaluate(evaluator);
    expect(server.recorded).toEqual([
      {
        policyId: 'clusterwide-p',
        contentType: 'application/json',
        body: Buffer.from(review.body).toString(),
      },
    ]);
  });

  it('keeps odd names inside their part of the path', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    const odd = aPolicy('a/../b?c#d é');
    expect(await evaluator.evaluate(odd, review, never)).toMatchObject({ verdict: 'allowed' });
    expect(server.recorded.map(({ policyId }) => policyId)).toEqual(['clusterwide-a/../b?c#d é']);
  });

  it('talks plain HTTP where the URL says so, below the path of the URL (W41)', async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.end('{"response":{"uid":"u-1","allowed":true}}');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    for (const base of ['', '/', '/behind/gateway/']) {
      const evaluator = await evaluatorFor(new URL(`http://127.0.0.1:${port}${base}`));
      expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
    }
    expect(paths).toEqual([
      '/audit/clusterwide-p',
      '/audit/clusterwide-p',
      '/behind/gateway/audit/clusterwide-p',
    ]);
  });

  it('does not follow redirects', async () => {
    const server = await serve();
    server.answer = () => ({ status: 307, headers: { location: `${server.url.origin}/audit/other` } });
    const evaluator = await evaluatorFor(server.url);
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4204',
      message: 'policy server "default" answered with a redirect, which is not followed (HTTP 307)',
    });
    expect(server.requests).toBe(1);
  });

  it('fits a body of just under 2 MiB, and reports a larger one as refused', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    expect(await evaluate(evaluator, reviewOfSize(2 ** 21 - 1000))).toMatchObject({ verdict: 'allowed' });
    expect(failureOf(await evaluate(evaluator, reviewOfSize(2 ** 21)))).toEqual({
      code: 'AS-4204',
      message:
        'policy server "default" refused the request (HTTP 413): Failed to buffer the request body: length limit exceeded',
    });
  });
});

describe('prepare', () => {
  it('says which policies cannot be asked, and evaluating one of them says the same', async () => {
    const server = await serve();
    const missing = new AuditError(errorCodes.policyServerUnresolved, 'no such policy server');
    const evaluator = await evaluatorFor(server.url, {
      resolve: () => Promise.resolve((name) => (name === 'default' ? server.url : missing)),
    });
    const lost = aPolicy('lost', { policyServer: 'gone' });

    expect(await evaluator.prepare([policy, lost], never)).toEqual(new Map([['clusterwide-lost', missing]]));
    expect(await evaluator.evaluate(lost, review, never)).toEqual({ verdict: 'errored', error: missing });
    expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
  });

  it('is needed', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    const unknown = aPolicy('unknown', { policyServer: 'unprepared' });
    expect(failureOf(await evaluator.evaluate(unknown, review, never))).toMatchObject({ code: 'AS-9001' });
  });
});

describe('answers', () => {
  it('brings the verdicts of the server', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    server.answer = () => ({ allowed: true, patch: [{ op: 'add', path: '/a', value: 1 }] });
    expect(await evaluate(evaluator)).toEqual({ verdict: 'allowed', message: undefined });
    server.answer = () => ({ allowed: false, message: 'privileged', code: 400 });
    expect(await evaluate(evaluator)).toEqual({ verdict: 'denied', message: 'privileged' });
    server.answer = () => ({ allowed: false, message: 'took too long', code: 500 });
    expect(failureOf(await evaluate(evaluator))).toEqual({ code: 'AS-4201', message: 'took too long' });
  });

  it.each([
    [
      'a policy that is not loaded',
      () => undefined,
      'AS-4203',
      'policy "clusterwide-p" is not loaded by policy server "default" (HTTP 404)',
    ],
    [
      'a crash',
      () => {
        throw new Error('crash');
      },
      'AS-4206',
      'policy server "default" failed (HTTP 500): Something went wrong',
    ],
    [
      'a page of a proxy',
      () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' }),
      'AS-4206',
      'policy server "default" is not available (HTTP 502)',
    ],
    [
      'an empty object',
      () => ({ status: 200, body: '{}' }),
      'AS-4205',
      'the answer of policy server "default" is not an AdmissionReview: response is not of type object',
    ],
    [
      'another UID',
      () => ({ status: 200, body: '{"response":{"uid":"u-2","allowed":true}}' }),
      'AS-4205',
      'the answer of policy server "default" is not an AdmissionReview: it is about another request',
    ],
  ])('reports %s', async (_what, answer, code, message) => {
    const server = await serve({ answer });
    const evaluator = await evaluatorFor(server.url);
    expect(failureOf(await evaluate(evaluator))).toEqual({ code, message });
  });

  it('refuses an endless one', async () => {
    const server = await serve({ answer: () => ({ fault: 'flood' }) });
    const evaluator = await evaluatorFor(server.url, { maxAnswerBytes: 100_000 });
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4205',
      message: 'policy server "default" gave an answer of more than 100000 bytes',
    });
  });

  it('refuses what is not HTTP', async () => {
    const url = await listen((socket) => {
      socket.once('data', () => socket.end('421 not the protocol that you expect\r\n'));
    });
    const evaluator = await evaluatorFor(new URL(url.href.replace('https:', 'http:')));
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4205',
      message: 'policy server "default" answered with something that is not HTTP',
    });
  });
});

describe('deadline', () => {
  const hasty = aPolicy('hasty', { timeoutSeconds: 0.1 });

  it.each<Fault['fault']>(['silence', 'drip-feed'])('ends an evaluation with %s', async (fault) => {
    const server = await serve({ answer: () => ({ fault }) });
    const evaluator = await evaluatorFor(server.url, { marginMs: 400 });
    expect(failureOf(await evaluator.evaluate(hasty, review, never))).toEqual({
      code: 'AS-4103',
      message: 'policy server "default" gave no complete answer within 0.5 s',
    });
  });

  it('counts the time that an evaluation waits for a connection, and leaves the others alone', async () => {
    const server = await serve({
      answer: (id) => (id === 'clusterwide-hasty' ? { fault: 'silence' } : { allowed: true }),
    });
    const evaluator = await evaluatorFor(server.url, { marginMs: 400, concurrency: 1 });
    const slow = evaluator.evaluate(aPolicy('hasty', { timeoutSeconds: 1 }), review, never);
    const waiting = evaluator.evaluate(hasty, review, never);
    const patient = evaluator.evaluate(policy, review, never);
    expect(failureOf(await waiting)).toMatchObject({ code: 'AS-4103' });
    expect(failureOf(await slow)).toMatchObject({ code: 'AS-4103' });
    expect(await patient).toMatchObject({ verdict: 'allowed' });
    expect(server.requests).toBe(2);
  });

  it('is longer than the time for connecting', async () => {
    const url = await listen(() => undefined);
    const evaluator = await evaluatorFor(url, { marginMs: 200 });
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4101',
      message: 'cannot reach policy server "default": it does not accept the connection',
    });
  });
});

describe('abort', () => {
  it('rejects what is in flight with the reason, and closes its connection', async () => {
    const server = await serve({ answer: () => ({ fault: 'silence' }) });
    const evaluator = await evaluatorFor(server.url, { concurrency: 1 });
    const controller = new AbortController();
    const running = evaluator.evaluate(policy, review, controller.signal);
    while (server.requests === 0) await delay(5);
    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');

    server.answer = () => ({ allowed: true });
    expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
  });

  it('rejects at once afterwards', async () => {
    const server = await serve();
    const evaluator = await evaluatorFor(server.url);
    await expect(evaluator.evaluate(policy, review, AbortSignal.abort(new Error('stop')))).rejects.toThrow(
      'stop',
    );
    expect(server.connections).toBe(0);
  });
});

describe('broken connections', () => {
  it.each<Fault['fault']>(['reset', 'reset-mid-answer', 'close'])(
    'may be tried again after %s, and the message is always the same',
    async (fault) => {
      const server = await serve({ answer: () => ({ fault }) });
      const evaluator = await evaluatorFor(server.url);
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => evaluate(evaluator)));
      for (const outcome of outcomes) {
        expect(failureOf(outcome)).toEqual({
          code: 'AS-4101',
          message:
            'no answer from policy server "default": the connection was closed before the answer was complete',
        });
        expect(outcome.verdict === 'errored' && outcome.error).toBeInstanceOf(TransientError);
      }
    },
  );

  it('says the same when a chunked answer ends too early', async () => {
    const url = await listen((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"re'),
      );
    });
    const evaluator = await evaluatorFor(new URL(url.href.replace('https:', 'http:')));
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4101',
      message:
        'no answer from policy server "default": the connection was closed before the answer was complete',
    });
  });

  it('reports a refused one', async () => {
    const server = await serve();
    await server.stop();
    const evaluator = await evaluatorFor(server.url);
    const outcome = await evaluate(evaluator);
    expect(outcome).toMatchObject({
      verdict: 'errored',
      error: {
        code: 'AS-4101',
        message: 'cannot reach policy server "default": the connection was refused',
        facts: [`${server.url.origin} – ECONNREFUSED`],
        unreachable: true,
        connected: false,
      },
    });
  });

  it('says whether there was one before it was cut', async () => {
    const server = await serve({ answer: () => ({ fault: 'reset' }) });
    const asked = await evaluate(await evaluatorFor(server.url));
    expect(asked).toMatchObject({ error: { unreachable: true, connected: true } });

    const balancer = await startBalancer([undefined]);
    onTestFinished(() => {
      balancer.close();
    });
    const unasked = await evaluate(await evaluatorFor(balancer.url));
    expect(unasked).toMatchObject({ error: { unreachable: true, connected: false } });
    expect(failureOf(unasked)).toEqual(failureOf(asked));
  });

  it('loses nothing when the server restarts in the middle', async () => {
    const server = await serve({ latencyMs: 20 });
    const patient = withRetry(await evaluatorFor(server.url), {
      now: () => performance.now(),
      delay: (ms, signal) => delay(ms / 10, undefined, { signal }),
      random: Math.random,
    });
    const all = Promise.all(Array.from({ length: 40 }, () => patient.evaluate(policy, review, never)));
    while (server.requests < 5) await delay(1);
    await server.stop();
    await delay(600);
    await server.start();
    expect((await all).map(({ verdict }) => verdict)).toEqual(Array.from({ length: 40 }, () => 'allowed'));
  });
});

/** A TCP server for one test. */
async function listen(accept: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    accept(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
