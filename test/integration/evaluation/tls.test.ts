import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TransientError } from '../../../src/evaluation/transient-error.ts';
import { createCertificateAuthority, type KeyPair } from '../../support/certificates.ts';
import { ca, evaluate, evaluatorFor, failureOf, reviewOfSize, serve, trusting } from './setup.ts';

const day = 24 * 60 * 60 * 1000;

function withClient(pair: KeyPair) {
  return trusting({
    client: {
      certificate: { path: 'tls.crt', pem: Buffer.from(pair.cert) },
      key: { path: 'tls.key', pem: Buffer.from(pair.key) },
    },
  });
}

/** What an evaluation says about a server with this certificate, asked under this name. */
async function judge(certificate: KeyPair, host = '127.0.0.1') {
  const server = await serve({ certificate });
  const evaluator = await evaluatorFor(new URL(`https://${host}:${server.url.port}`));
  const outcome = await evaluate(evaluator);
  expect(server.requests).toBe(outcome.verdict === 'errored' ? 0 : 1);
  return outcome;
}

describe('the certificate of the server', () => {
  it.each(['127.0.0.1', 'localhost'])('is accepted for %s, which it names', async (host) => {
    expect(await judge(await ca.issueServer({ dns: ['localhost'], ip: ['127.0.0.1'] }), host)).toMatchObject({
      verdict: 'allowed',
    });
  });

  it('is refused when its authority is not known, and says how to get the authority', async () => {
    const stranger = await createCertificateAuthority('somebody-else');
    const outcome = await judge(await stranger.issueServer());
    expect(outcome).toMatchObject({
      verdict: 'errored',
      error: {
        code: 'AS-4111',
        message: 'the certificate of policy server "default" is not accepted: its authority is not known',
        tries: [
          "kubectl -n kubewarden get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt",
          expect.stringMatching(
            /^audit-scanner scan --policy-server-url https:\/\/127\.0\.0\.1:\d+ --extra-ca ca\.crt$/,
          ) as string,
        ],
      },
    });
    const facts = outcome.verdict === 'errored' ? outcome.error.facts : [];
    expect(facts[0]).toMatch(/^https:\/\/127\.0\.0\.1:\d+ – UNABLE_TO_VERIFY_LEAF_SIGNATURE$/);
    expect(facts[1]).toBe('issued by CN=somebody-else');
  });

  it('is refused after its last day and before its first', async () => {
    const notAfter = new Date('2024-02-29T12:00:00Z');
    expect(failureOf(await judge(await ca.issueServer({ notAfter })))).toEqual({
      code: 'AS-4111',
      message: 'the certificate of policy server "default" is not accepted: it expired on 2024-02-29',
    });
    const notBefore = new Date(Date.now() + 40 * day);
    expect(failureOf(await judge(await ca.issueServer({ notBefore })))).toEqual({
      code: 'AS-4111',
      message: `the certificate of policy server "default" is not accepted: it is not valid before ${notBefore.toISOString().slice(0, 10)}`,
    });
  });

  it.each([
    ['127.0.0.1', { dns: ['localhost', 'a.svc'] }, 'DNS:localhost, DNS:a.svc'],
    ['localhost', { ip: ['127.0.0.1'] }, 'IP Address:127.0.0.1'],
    ['localhost', { dns: ['*.localhost'] }, 'DNS:*.localhost'],
  ])('is refused for %s when it names %j', async (host, names, listed) => {
    expect(failureOf(await judge(await ca.issueServer(names), host))).toEqual({
      code: 'AS-4111',
      message: `the certificate of policy server "default" is not accepted: it is not for ${host} but for ${listed}`,
    });
  });

  it('is not asked for again: what is wrong with it does not pass', async () => {
    const outcome = await judge(await ca.issueServer({ dns: ['elsewhere'] }));
    expect(outcome.verdict === 'errored' && outcome.error).not.toBeInstanceOf(TransientError);
  });

  it('may be anything when it is not to be verified', async () => {
    const stranger = await createCertificateAuthority();
    const server = await serve({
      certificate: await stranger.issueServer({ dns: ['elsewhere'], notAfter: new Date(Date.now() - day) }),
    });
    const evaluator = await evaluatorFor(server.url, { tls: trusting({ verify: false }) });
    expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
  });
});

describe('our certificate', () => {
  it('opens a server that asks for one', async () => {
    const server = await serve({ clientCa: ca.cert });
    const tls = withClient(await ca.issueClient('audit-scanner-client'));
    const evaluator = await evaluatorFor(server.url, { tls });
    expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
  });

  it.each([10, 1_000_000])('is missed by such a server, whatever the size: %i bytes', async (bytes) => {
    const server = await serve({ clientCa: ca.cert });
    const evaluator = await evaluatorFor(server.url);
    const review = reviewOfSize(bytes);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => evaluate(evaluator, review)));
    for (const outcome of outcomes)
      expect(failureOf(outcome)).toEqual({
        code: 'AS-4113',
        message: 'policy server "default" requires a client certificate',
      });
    expect(server.requests).toBe(0);
  });
});

describe('the handshake', () => {
  it('works with a server that only has P-256, and with TLS 1.2', async () => {
    for (const options of [{ ecdhCurve: 'P-256' }, { maxVersion: 'TLSv1.2' }] as const) {
      const evaluator = await evaluatorFor(await serveTls(options));
      expect(await evaluate(evaluator)).toMatchObject({ verdict: 'allowed' });
    }
  });

  it('does not go below TLS 1.2', async () => {
    const url = await serveTls({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const evaluator = await evaluatorFor(url, { tls: trusting({ verify: false }) });
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4101',
      message: 'policy server "default" failed the TLS handshake',
    });
  });

  it('notices a port that does not speak TLS', async () => {
    const server = createHttpServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const evaluator = await evaluatorFor(new URL(`https://127.0.0.1:${port}`));
    expect(failureOf(await evaluate(evaluator))).toEqual({
      code: 'AS-4101',
      message: 'policy server "default" does not speak TLS on that port; is its URL http://?',
    });
  });
});

/** An HTTPS server with these TLS options that allows everything. */
async function serveTls(options: TlsOptions): Promise<URL> {
  const server = createHttpsServer({ ...(await ca.issueServer()), ...options }, (_request, response) => {
    response.end('{"response":{"uid":"u-1","allowed":true}}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
