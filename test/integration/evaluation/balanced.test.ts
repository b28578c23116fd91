import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { BalancingOptions } from '../../../src/evaluation/policy-server/balancing.ts';
import type { PolicyServerEvaluatorOptions } from '../../../src/evaluation/policy-server/policy-server.ts';
import { CertificateFault } from '../../../src/net/certificate.ts';
import type { Address } from '../../../src/net/connector.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import type { PolicyServer, PolicyServerOptions } from '../../support/policy-server.ts';
import { ca, evaluate, evaluatorFor, failureOf, policy, review, serve } from './setup.ts';

/** Good for the name of the Service only, as the certificate of a policy server is. */
const certificate = await ca.issueServer({ dns: ['localhost'] });
const otherName = await ca.issueServer({ dns: ['somebody.else.svc'] });
const otherAuthority = await (await createCertificateAuthority('stranger')).issueServer({
  dns: ['localhost'],
});

let nextHost = 2;

/** A replica with an address of its own. */
function aReplica(options: Partial<PolicyServerOptions> = {}): Promise<PolicyServer> {
  return serve({ certificate, host: `127.0.0.${nextHost++}`, ...options });
}

function replicas(count: number): Promise<PolicyServer[]> {
  return Promise.all(Array.from({ length: count }, () => aReplica()));
}

function addressOf({ url }: PolicyServer): Address {
  return { host: url.hostname, port: Number(url.port) };
}

/** An address where nobody listens. */
async function deadAddress(): Promise<Address> {
  const server = await aReplica();
  await server.stop();
  return addressOf(server);
}

/** An evaluator of the Service "localhost", which another server stands for, and what was said. */
async function balancedOver(
  addresses: () => readonly Address[],
  options: Partial<Omit<PolicyServerEvaluatorOptions, 'balancing'>> & {
    readonly balancing?: Partial<BalancingOptions>;
  } = {},
) {
  const service = await serve({ certificate });
  const said = { perRequest: vi.fn(), stranger: vi.fn() };
  const evaluator = await evaluatorFor(new URL(`https://localhost:${service.url.port}`), {
    ...options,
    balancing: {
      readEndpoints: () => Promise.resolve(addresses()),
      clock: () => performance.now(),
      random: Math.random,
      onPerRequest: said.perRequest,
      onStranger: said.stranger,
      ...options.balancing,
    },
  });
  const count = async (number: number): Promise<number> => {
    const outcomes = await Promise.all(Array.from({ length: number }, () => evaluate(evaluator)));
    return outcomes.filter(({ verdict }) => verdict === 'allowed').length;
  };
  return { evaluator, service, said, count };
}

function requestsOf(servers: readonly PolicyServer[]): number[] {
  return servers.map(({ requests }) => requests);
}

describe('balanced connections', () => {
  it('are kept, checked by the name of the Service, and shared out equally', async () => {
    const servers = await replicas(3);
    const { service, said, count, evaluator } = await balancedOver(() => servers.map(addressOf));
    for (let round = 0; round < 20; round++) expect(await count(15)).toBe(15);
    for (const { requests, connections } of servers) {
      expect(Math.abs(requests - 100)).toBeLessThanOrEqual(5);
      expect(connections).toBeLessThanOrEqual(12);
    }
    expect(service.requests).toBe(0);
    expect(said.perRequest).not.toHaveBeenCalled();
    expect(evaluator.connections?.()).toEqual([
      { server: policy.policyServer, mode: 'balanced', endpoints: 3, reason: undefined },
    ]);
  });

  it('never use HTTP/2, which would put everything on one connection', async () => {
    const server = await aReplica({ http2: true, latencyMs: 50 });
    const { count } = await balancedOver(() => [addressOf(server)]);
    expect(await count(5)).toBe(5);
    expect(server.connections).toBe(1 + 5);
  });

  it('go around an endpoint that refuses, and lose nothing', async () => {
    const [server] = await replicas(1);
    const addresses = [addressOf(server!), await deadAddress()];
    const { count, service, said } = await balancedOver(() => addresses);
    expect(await count(30)).toBe(30);
    expect([server!.requests, service.requests]).toEqual([30, 0]);
    expect(said.perRequest).not.toHaveBeenCalled();
  });

  it.each([
    ['is for another name', otherName],
    ['is of another authority', otherAuthority],
  ])('never trust an endpoint whose certificate %s', async (_what, wrong) => {
    const [server] = await replicas(1);
    const stranger = await aReplica({ certificate: wrong });
    let addresses = [addressOf(server!), addressOf(stranger)];
    const { count, said } = await balancedOver(() => addresses);
    expect(await count(30)).toBe(30);
    expect(requestsOf([server!, stranger])).toEqual([30, 0]);
    expect(said.stranger).toHaveBeenCalledExactlyOnceWith(
      policy.policyServer,
      addressOf(stranger),
      expect.objectContaining({
        name: 'TransportFailure',
        fault: expect.any(CertificateFault) as CertificateFault,
      }),
    );
    addresses = [];
  });

  it('do not trust a stranger that joins later', async () => {
    const [server] = await replicas(1);
    const stranger = await aReplica({ certificate: otherName });
    const addresses = [addressOf(server!)];
    const { count, said } = await balancedOver(() => addresses, { balancing: { freshMs: 0 } });
    addresses.push(addressOf(stranger));
    for (let round = 0; round < 5; round++) expect(await count(10)).toBe(10);
    expect(stranger.connections).toBeGreaterThan(0);
    expect(stranger.requests).toBe(0);
    expect(said.stranger).toHaveBeenCalledOnce();
  });

  it('go around an endpoint that takes everything and answers nothing', async () => {
    const [server] = await replicas(1);
    const hanging = await aReplica({ answer: () => ({ fault: 'silence' }) });
    const { count, evaluator } = await balancedOver(() => [server!, hanging].map(addressOf), {
      marginMs: 300,
    });
    const impatient = { ...policy, timeoutSeconds: 0 };
    const ask = () => evaluator.evaluate(impatient, review, new AbortController().signal);
    const outcomes = await Promise.all(Array.from({ length: 10 }, ask));
    expect(outcomes.map(failureOf)).toEqual(Array(10).fill('allowed'));
    const before = hanging.requests;
    expect(before).toBeGreaterThan(0);
    expect(await count(10)).toBe(10);
    expect(hanging.requests - before).toBeLessThanOrEqual(1);
  });

  it('lose nothing when an endpoint dies in between, and find it again', async () => {
    const servers = await replicas(3);
    for (const server of servers)
      server.answer = async () => {
        await delay(20);
        return { allowed: true };
      };
    const { count, service } = await balancedOver(() => servers.map(addressOf), { concurrency: 30 });
    const asked = count(30);
    await delay(30);
    const [dying] = servers;
    await dying!.stop();
    expect(await asked).toBe(30);
    expect(await count(60)).toBe(60);
    const before = dying!.requests;
    await dying!.start();
    await delay(1100);
    expect(await count(1)).toBe(1);
    for (let round = 0; round < 10; round++) expect(await count(6)).toBe(6);
    expect(dying!.requests).toBeGreaterThan(before + 5);
    expect(service.requests).toBe(0);
  });

  it('give an endpoint that joins its share after five seconds, and one that leaves nothing more', async () => {
    const servers = await replicas(3);
    let ready = servers.slice(0, 2);
    let now = 0;
    const { count } = await balancedOver(() => ready.map(addressOf), { balancing: { clock: () => now } });
    ready = servers.slice(1);
    now = 4999;
    expect(await count(20)).toBe(20);
    expect(servers[2]!.requests).toBe(0);
    now = 5000;
    await count(1);
    await delay(10);
    const before = requestsOf(servers);
    for (let round = 0; round < 10; round++) expect(await count(10)).toBe(10);
    const since = requestsOf(servers).map((requests, index) => requests - before[index]!);
    expect(since[0]).toBe(0);
    expect(since[1]! + since[2]!).toBe(100);
    expect(Math.abs(since[2]! - 50)).toBeLessThanOrEqual(3);
  });

  it('take an idle connection that the endpoint has closed for nothing', async () => {
    const server = await aReplica();
    const { count, service } = await balancedOver(() => [addressOf(server)]);
    expect(await count(3)).toBe(3);
    await server.stop();
    await server.start();
    expect(await count(20)).toBe(20);
    expect(server.requests + service.requests).toBe(23);
  });

  it('send an evaluation that ends connections to two endpoints and no more', async () => {
    const servers = await replicas(4);
    for (const server of servers) server.answer = () => ({ fault: 'reset' });
    const { evaluator, service } = await balancedOver(() => servers.map(addressOf));
    expect(failureOf(await evaluate(evaluator))).toMatchObject({ code: errorCodes.policyServerUnreachable });
    expect(requestsOf(servers).reduce((sum, requests) => sum + requests, 0)).toBe(2);
    expect(service.requests).toBe(0);
  });

  it('end at the Service where all endpoints are gone', async () => {
    const servers = await replicas(2);
    const readEndpoints = vi.fn(() => Promise.resolve(servers.map(addressOf)));
    const { count, service } = await balancedOver(() => [], { balancing: { readEndpoints } });
    expect(await count(4)).toBe(4);
    await Promise.all(servers.map((server) => server.stop()));
    await delay(2000);
    expect(await count(20)).toBe(20);
    expect(service.requests).toBe(20);
    // At the start, and once for all the failures.
    expect(readEndpoints).toHaveBeenCalledTimes(2);
  });
});

describe('one connection for each evaluation in place of balanced ones', () => {
  function expectPerRequest(
    { evaluator, said }: Awaited<ReturnType<typeof balancedOver>>,
    reason: RegExp,
  ): void {
    expect(said.perRequest).toHaveBeenCalledExactlyOnceWith(
      [policy.policyServer],
      expect.stringMatching(reason),
    );
    expect(evaluator.connections?.()).toMatchObject([
      { server: policy.policyServer, mode: 'per-request', reason: expect.stringMatching(reason) as string },
    ]);
  }

  it('where endpoints may not be listed', async () => {
    const refusal = new AuditError(errorCodes.listForbidden, '"me" is not allowed to list endpointslices');
    const run = await balancedOver(() => [], { balancing: { readEndpoints: () => Promise.reject(refusal) } });
    expect(await run.count(5)).toBe(5);
    expect(run.service.connections).toBe(5);
    expectPerRequest(run, /^"me" is not allowed to list endpointslices$/);
  });

  it('where no endpoint can be reached and the Service can', async () => {
    const addresses = [await deadAddress(), await deadAddress()];
    const run = await balancedOver(() => addresses);
    expect(await run.count(5)).toBe(5);
    expect(run.service.requests).toBe(5);
    expectPerRequest(run, /none of its endpoints can be reached from here/);
  });

  it('where endpoints swallow what is sent to them, found out within seconds', async () => {
    const startedAt = performance.now();
    // Reserved for documentation: either there is no route, or nobody answers.
    const run = await balancedOver(() => [{ host: '192.0.2.1', port: 8443 }]);
    expect(performance.now() - startedAt).toBeLessThan(8000);
    expect(await run.count(2)).toBe(2);
    expectPerRequest(run, /none of its endpoints/);
  });

  it('where the Service has no ready endpoint, and answers', async () => {
    const run = await balancedOver(() => []);
    expect(await run.count(2)).toBe(2);
    expectPerRequest(run, /no ready endpoint/);
  });

  it('where every endpoint is a stranger', async () => {
    const stranger = await aReplica({ certificate: otherName });
    const run = await balancedOver(() => [addressOf(stranger)]);
    expect(await run.count(2)).toBe(2);
    expect(stranger.requests).toBe(0);
    expectPerRequest(run, /none of its endpoints/);
  });

  it('where a proxy is between, by the name of the Service', async () => {
    const readEndpoints = vi.fn(() => Promise.resolve([]));
    const { evaluator, said } = await balancedOver(() => [], {
      findProxy: ({ hostname }) => (hostname === 'localhost' ? new URL('http://127.0.0.1:9') : undefined),
      balancing: { readEndpoints },
    });
    expectPerRequest({ evaluator, said } as never, /proxy/);
    expect(readEndpoints).not.toHaveBeenCalled();
  });
});
