import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import {
  type ClientOptions,
  createKubernetesClient,
  type KubernetesClient,
} from '../../../src/kubernetes/client.ts';
import type { ClusterConnection } from '../../../src/kubernetes/connection.ts';

export type Handler = (
  request: IncomingMessage & { readonly query: URLSearchParams; readonly path: string },
  response: ServerResponse,
) => void;

export type LoopbackServer = {
  readonly port: number;
  readonly url: string;
  /** `GET /path?query` of every request, in the order of arrival. */
  readonly requests: readonly string[];
  /** How many connections were opened. */
  readonly connections: number;
};

/** A real HTTP server on the loopback interface, or an HTTPS server when it gets TLS options; it ends with the test. */
export async function startServer(handle: Handler, tls?: ServerOptions): Promise<LoopbackServer> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://loopback');
    handle(Object.assign(request, { query: searchParams, path: pathname }), response);
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  let connections = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    get connections() {
      return connections;
    },
  };
}

export function connectionTo(url: string, fields: Partial<ClusterConnection> = {}): ClusterConnection {
  return {
    server: new URL(url),
    context: 'test',
    source: '/home/ana/.kube/config',
    user: 'tester',
    tls: { ca: undefined, rejectUnauthorized: true, serverName: undefined },
    proxy: undefined,
    authenticate: () =>
      Promise.resolve({ headers: { authorization: 'Bearer secret-token' }, certificate: undefined }),
    ...fields,
  };
}

export type TestClient = KubernetesClient & {
  /** The waits between tries in milliseconds, which do not take any time here. */
  readonly waits: readonly number[];
};

/** A client whose jitter is always one half of the backoff; it ends with the test. */
export function clientOf(connection: ClusterConnection, options: Partial<ClientOptions> = {}): TestClient {
  const waits: number[] = [];
  const client = createKubernetesClient(connection, {
    requestTimeoutMs: 10_000,
    userAgent: 'audit-scanner/test',
    random: () => 0.5,
    now: () => performance.now(),
    delay: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  onTestFinished(() => client.close());
  return Object.assign(client, { waits });
}

export function sendJson(response: ServerResponse, document: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

/** Answers as the API server does when it refuses something. */
export function sendStatus(response: ServerResponse, code: number, fields: object = {}): void {
  sendJson(
    response,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, ...fields },
    code,
  );
}

/** The AuditError that the work rejects with. */
export async function errorOf(work: Promise<unknown>): Promise<AuditError> {
  const outcome: unknown = await work.catch((thrown: unknown) => thrown);
  if (outcome instanceof AuditError) return outcome;
  throw new Error(`not an AuditError: ${String(outcome)}`);
}

export async function collect<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const element of elements) collected.push(element);
  return collected;
}

export const never = new AbortController().signal;
