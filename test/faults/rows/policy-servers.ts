import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Balancer, startBalancer } from '../../support/balancer.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import {
  type AnswerFunction,
  type PolicyServer,
  type PolicyServerOptions,
  startPolicyServer,
} from '../../support/policy-server.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;
/** Every verdict is replaced by an error, and reports of objects that are gone go: the lists were complete. */
const errors = { exitCode: 3, complete: false, pods: 'errored', configMaps: 'errored' } as const;
const podErrors = { ...errors, configMaps: 'current' } as const;

/** The server gives this answer to every question about Pods. */
function answering(
  fault: Pick<Fault, 'id' | 'title' | 'sees'> & Partial<Fault>,
  reply: { status?: number; contentType?: string; body: string },
): Fault {
  const { status = 200, contentType = 'application/json', body } = reply;
  return {
    ...podErrors,
    ...fault,
    arrange: (world) => {
      world.breakAnswers((policy) =>
        policy.endsWith('-pods') ? { status, headers: { 'content-type': contentType }, body } : undefined,
      );
    },
  };
}

/** A server with a certificate or an authority of its own, in place of the world's. */
async function replaceServer(
  world: FaultWorld,
  { trusted, ...options }: Partial<PolicyServerOptions> & { readonly trusted?: string },
): Promise<void> {
  const authority = await createCertificateAuthority('policy-server-ca');
  const certificate = options.certificate ?? (await authority.issueServer());
  const server = await startPolicyServer({ ...options, certificate, answer: world.answer });
  replacements.set(world, server);
  const caFile = await writeAuthority(trusted ?? authority.cert);
  world.serverFlags = ['--policy-server-url', server.url.href, '--extra-ca', caFile];
}

async function writeAuthority(pem: string): Promise<string> {
  const caFile = join(await mkdtemp(join(tmpdir(), 'fault-ca-')), 'ca.crt');
  await writeFile(caFile, pem);
  return caFile;
}

const replacements = new WeakMap<FaultWorld, PolicyServer>();
const repair = async (world: FaultWorld): Promise<void> => {
  await replacements.get(world)?.close();
};

async function clientFlags(validity?: { notAfter: Date }): Promise<{ ca: string; flags: string[] }> {
  const authority = await createCertificateAuthority('client-ca');
  const client = await authority.issueClient('audit-scanner', validity);
  const folder = await mkdtemp(join(tmpdir(), 'fault-client-'));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  await Promise.all([writeFile(cert, client.cert), writeFile(key, client.key)]);
  return { ca: authority.cert, flags: ['--client-cert', cert, '--client-key', key] };
}

function slowly(answer: AnswerFunction, ms: number): AnswerFunction {
  return async (policy, request, body) => {
    await delay(ms);
    return answer(policy, request, body);
  };
}

function drainFor(server: PolicyServer, ms: number): void {
  server.drain();
  void delay(ms).then(() => server.start());
}

/** One after the other: 1 s of draining, then it is gone for a second. */
async function roll(servers: readonly PolicyServer[]): Promise<void> {
  for (const server of servers) {
    server.drain();
    await delay(1000);
    await server.stop();
    await delay(1000);
    await server.start();
  }
}

type Rolling = { readonly servers: readonly PolicyServer[]; readonly rolled: Promise<void> };
const replicas = new WeakMap<FaultWorld, Rolling>();

const dayMs = 24 * 60 * 60 * 1000;

export const policyServers: FaultGroup = {
  title: 'Policy servers',
  faults: [
    {
      id: 'server-refused',
      title: 'connections are refused',
      sees: 'the connection was refused',
      ...errors,
      dropIn: false,
      seconds: 120,
      arrange: (world) => world.policyServer.stop(),
      repair: async (world) => {
        await world.policyServer.stop();
        await world.policyServer.start();
      },
    },
    {
      id: 'server-unknown-host',
      title: 'the name does not exist',
      sees: 'its name does not resolve',
      ...errors,
      arrange: (world) => {
        const [, , ...ca] = world.world.serverFlags;
        world.serverFlags = ['--policy-server-url', 'https://policy-server.invalid:443', ...ca];
      },
    },
    {
      id: 'server-certificate-expired',
      title: 'the certificate of the server has expired',
      sees: 'expired',
      ...errors,
      repair,
      arrange: async (world) => {
        const authority = await createCertificateAuthority('policy-server-ca');
        const certificate = await authority.issueServer({ notAfter: new Date(Date.now() - dayMs) });
        await replaceServer(world, { certificate, trusted: authority.cert });
      },
    },
    {
      id: 'server-certificate-wrong-name',
      title: 'the certificate is for another name',
      sees: 'it is not for 127.0.0.1 but for',
      ...errors,
      repair,
      arrange: async (world) => {
        const authority = await createCertificateAuthority('policy-server-ca');
        const certificate = await authority.issueServer({ dns: ['elsewhere.example.com'] });
        await replaceServer(world, { certificate, trusted: authority.cert });
      },
    },
    {
      id: 'server-certificate-unknown-authority',
      title: 'the certificate is from an untrusted CA',
      sees: 'AS-4111',
      ...errors,
      repair,
      arrange: async (world) => {
        const other = await createCertificateAuthority('another-ca');
        await replaceServer(world, { trusted: other.cert });
      },
    },
    {
      id: 'client-certificate-missing',
      title: 'the server requires a client certificate and gets none',
      sees: 'requires a client certificate',
      ...errors,
      repair,
      arrange: async (world) => replaceServer(world, { clientCa: (await clientFlags()).ca }),
    },
    {
      id: 'client-certificate-expired',
      title: 'the client certificate has expired (W39)',
      sees: 'the client certificate for policy servers expired',
      ...errors,
      repair,
      arrange: async (world) => {
        const { ca, flags } = await clientFlags({ notAfter: new Date(Date.now() - dayMs) });
        await replaceServer(world, { clientCa: ca });
        world.serverFlags = [...world.serverFlags, ...flags];
      },
    },
    ...([429, 503] as const).map(
      (status): Fault => ({
        id: `server-${status}-storm`,
        title: `${status} to the first try of each request: the scan halves the load and retries all of them`,
        sees: 'all 2 checks in full',
        ...recovered,
        dropIn: true,
        arrange: (world) => {
          const asked = new Set<string>();
          world.breakAnswers((policy, { uid }) => {
            const question = `${policy} ${uid}`;
            if (asked.has(question)) return undefined;
            asked.add(question);
            return { status, body: 'too much' };
          });
        },
      }),
    ),
    {
      id: 'server-404',
      title: '404: the policy is not loaded',
      sees: 'is not loaded by policy server',
      ...podErrors,
      arrange: (world) => {
        const usual = world.answer;
        world.policyServer.answer = (policy, request, body) =>
          policy.endsWith('-pods') ? undefined : usual(policy, request, body);
      },
    },
    answering(
      {
        id: 'server-404-other',
        title: '404 from something that is not a policy server',
        sees: 'but not in the way a policy server does',
      },
      { status: 404, body: '{"kind":"Status","status":"Failure","message":"not found","code":404}' },
    ),
    answering(
      { id: 'server-413', title: '413', sees: 'HTTP 413' },
      { status: 413, contentType: 'text/plain', body: 'length limit exceeded' },
    ),
    answering(
      { id: 'server-422', title: '422', sees: 'HTTP 422' },
      { status: 422, contentType: 'text/plain', body: 'missing field `uid`' },
    ),
    answering(
      { id: 'server-500', title: '500', sees: 'HTTP 500' },
      { status: 500, body: '{"message":"Something went wrong","status":500}' },
    ),
    answering(
      { id: 'server-502', title: '502 with a page of HTML', sees: 'HTTP 502' },
      { status: 502, contentType: 'text/html', body: '<html><script>alert(1)</script>Bad Gateway</html>' },
    ),
    answering(
      { id: 'answer-empty', title: '200 with {} (W14)', sees: 'is not an AdmissionReview' },
      { body: '{}' },
    ),
    answering(
      { id: 'answer-null', title: '200 with null', sees: 'is not an AdmissionReview' },
      { body: 'null' },
    ),
    answering({ id: 'answer-list', title: '200 with []', sees: 'is not an AdmissionReview' }, { body: '[]' }),
    answering(
      { id: 'answer-other-uid', title: 'an answer to another request', sees: 'it is about another request' },
      { body: '{"response":{"uid":"someone-else","allowed":true}}' },
    ),
    {
      id: 'answer-too-large',
      title: 'an answer that keeps growing (200 MB and more)',
      sees: 'gave an answer of more than 4194304 bytes',
      ...podErrors,
      arrange: (world) => {
        world.breakAnswers((policy) => (policy.endsWith('-pods') ? { fault: 'flood' } : undefined));
      },
    },
    {
      id: 'answer-drip-feed',
      title: 'an answer that comes byte by byte and never ends',
      sees: 'gave no complete answer within 15 s',
      ...podErrors,
      dropIn: false,
      seconds: 90,
      arrange: (world) => {
        world.breakAnswers((policy) => (policy.endsWith('-pods') ? { fault: 'drip-feed' } : undefined));
      },
    },
    {
      id: 'server-dies',
      title: 'the server dies during the run and does not come back',
      sees: 'the connection was refused',
      ...errors,
      pods: 'mixed',
      configMaps: 'mixed',
      dropIn: false,
      seconds: 120,
      arrange: (world) => {
        const usual = world.answer;
        let answered = 0;
        world.policyServer.answer = (policy, request, body) => {
          answered += 1;
          if (answered === 3) void world.policyServer.stop();
          return usual(policy, request, body);
        };
      },
      repair: async (world) => {
        await world.policyServer.stop();
        await world.policyServer.start();
      },
    },
    {
      id: 'one-replica-broken',
      title: 'one of three replicas resets every connection (W21)',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      arrange: async (world) => {
        const { url } = world.policyServer;
        const balancer = await startBalancer([url, undefined, url]);
        const [, , ...ca] = world.world.serverFlags;
        world.serverFlags = ['--policy-server-url', balancer.url.href, ...ca];
        balancers.set(world, balancer);
      },
      repair: (world) => {
        balancers.get(world)?.close();
      },
    },
    {
      id: 'server-slow',
      title: 'the server takes 3 s for every answer',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      arrange: (world) => {
        world.policyServer.answer = slowly(world.answer, 3000);
      },
    },
    {
      id: 'server-drains',
      title: 'the server refuses new connections for 8 s, and answers on open ones',
      sees: 'waiting up to 30 s for it to come back',
      ...recovered,
      dropIn: false,
      flags: ['--concurrency', '2'],
      arrange: (world) => {
        let asked = 0;
        world.policyServer.answer = (policy, request, body) => {
          asked += 1;
          if (asked === 2) drainFor(world.policyServer, 8000);
          return slowly(world.answer, asked <= 2 ? 1500 * asked : 0)(policy, request, body);
        };
      },
    },
    {
      id: 'replicas-roll',
      title: 'three replicas restart one after the other: each drains, stops and comes back',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      flags: ['--concurrency', '2'],
      arrange: async (world) => {
        const authority = await createCertificateAuthority('policy-server-ca');
        const certificate = await authority.issueServer();
        const servers = await Promise.all(
          [0, 1, 2].map(() => startPolicyServer({ certificate, answer: slowly(world.answer, 700) })),
        );
        const balancer = await startBalancer(servers.map(({ url }) => url));
        world.serverFlags = [
          '--policy-server-url',
          balancer.url.href,
          '--extra-ca',
          await writeAuthority(authority.cert),
        ];
        balancers.set(world, balancer);
        replicas.set(world, { servers, rolled: roll(servers) });
      },
      repair: async (world) => {
        balancers.get(world)?.close();
        const { servers = [], rolled } = replicas.get(world) ?? {};
        await rolled;
        await Promise.all(servers.map((server) => server.close()));
      },
    },
    {
      id: 'servers-restart',
      title: 'all replicas restart, and none answers for 20 s',
      sees: 'waiting up to 30 s for it to come back',
      ...recovered,
      dropIn: false,
      seconds: 120,
      arrange: async (world) => {
        await world.policyServer.stop();
        void delay(20_000).then(() => world.policyServer.start());
      },
    },
  ],
};

const balancers = new WeakMap<FaultWorld, Balancer>();
