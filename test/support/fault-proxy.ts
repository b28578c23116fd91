import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Agent, request as send } from 'undici';
import type { KeyPair } from './certificates.ts';

/** A request on its way to the API server. */
export type ProxiedRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
};

/**
 * What happens to a request. `answer` takes the server's place; `before` happens first and lets the request go on; `rewrite` changes the
 * server's answer. `reset` cuts the connection before the answer, `cut` in the middle of its body; `truncate` sends half of the body as
 * if it were all; `endless` never stops sending; `silence` never begins.
 */
export type ApiFault =
  | {
      readonly answer: {
        readonly status: number;
        readonly headers?: Record<string, string>;
        readonly body: string;
      };
    }
  | { readonly before: (request: ProxiedRequest) => Promise<void> }
  | { readonly rewrite: (body: Buffer) => Buffer | string }
  | { readonly transport: 'reset' | 'cut' | 'truncate' | 'endless' | 'silence' };

/** Decides about each request; undefined lets it pass. */
export type Injection = (request: ProxiedRequest) => ApiFault | undefined;

export type FaultProxyOptions = {
  /** The real API server. */
  readonly server: string;
  /** PEM of the authority of its certificate. */
  readonly certificateAuthority: string;
  /** The certificate that the proxy itself shows. */
  readonly certificate: KeyPair;
};

/** A real TLS server between a client and a real API server. Everything passes but what `inject` says. */
export type FaultProxy = {
  readonly url: string;
  readonly requests: ProxiedRequest[];
  inject: Injection;
  /** Shows another certificate from the next connection on, and cuts those that are open. */
  rotate(certificate: KeyPair): void;
  close(): Promise<void>;
};

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ connections: 32, connect: { ca: options.certificateAuthority } });
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Socket>();
  let inject: Injection = () => undefined;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const seen: ProxiedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: await buffer(request),
    };
    requests.push(seen);
    const fault = inject(seen);
    if (fault !== undefined && 'answer' in fault) {
      answer(response, fault.answer);
      return;
    }
    if (fault !== undefined && 'transport' in fault && isBeforeAnswer(fault.transport)) {
      breakTransport(fault.transport, { request, response, body: Buffer.alloc(0), status: 200 });
      return;
    }
    if (fault !== undefined && 'before' in fault) await fault.before(seen);
    const upstream = await send(`${options.server}${request.url ?? '/'}`, {
      dispatcher: agent,
      method: seen.method as 'GET',
      headers: forwardable(request),
      body: seen.body.length === 0 ? null : seen.body,
    });
    const body = Buffer.from(await upstream.body.arrayBuffer());
    const status = upstream.statusCode;
    if (fault !== undefined && 'transport' in fault) {
      breakTransport(fault.transport, { request, response, body, status });
      return;
    }
    const sent = fault !== undefined && 'rewrite' in fault ? fault.rewrite(body) : body;
    answer(response, { status, body: sent, headers: { 'content-type': 'application/json' } });
  }

  const server = createServer(
    { cert: options.certificate.cert, key: options.certificate.key },
    (request, response) => {
      // A connection that was cut needs no answer, and an API server that is gone has none.
      handle(request, response).catch(() => request.socket.destroy());
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    requests,
    get inject() {
      return inject;
    },
    set inject(replacement) {
      inject = replacement;
    },
    rotate: ({ cert, key }) => {
      server.setSecureContext({ cert, key });
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await agent.destroy();
    },
  };
}

function forwardable(request: IncomingMessage): Record<string, string> {
  const kept = [
    'authorization',
    'content-type',
    'accept',
    'user-agent',
    'impersonate-user',
    'impersonate-group',
  ];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

function answer(
  response: ServerResponse,
  { status, headers = {}, body }: { status: number; headers?: Record<string, string>; body: string | Buffer },
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

type Transport = Extract<ApiFault, { transport: unknown }>['transport'];

function isBeforeAnswer(transport: Transport): boolean {
  return transport === 'reset' || transport === 'silence' || transport === 'endless';
}

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly status: number;
};

function breakTransport(transport: Transport, { request, response, body, status }: Exchange): void {
  const half = body.subarray(0, Math.floor(body.length / 2));
  switch (transport) {
    case 'reset':
      request.socket.destroy();
      return;
    case 'silence':
      return;
    case 'truncate':
      answer(response, { status, body: half });
      return;
    case 'cut':
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': String(body.length),
      });
      response.write(half, () => request.socket.destroy());
      return;
    case 'endless': {
      response.writeHead(status, { 'content-type': 'application/json' });
      const feed = (): void => {
        if (!response.destroyed) response.write(' '.repeat(1024), () => setTimeout(feed, 20).unref());
      };
      feed();
    }
  }
}

/** A Status document, as the API server answers what it refuses. */
export function status(code: number, reason: string, message: string, metadata: object = {}): string {
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    reason,
    code,
  });
}
