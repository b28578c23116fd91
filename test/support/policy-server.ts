import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeyPair } from './certificates.ts';

/** The part of an admission.k8s.io/v1 AdmissionRequest that answers are made from. */
export type AdmissionRequest = {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly operation: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly object: {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    readonly [field: string]: unknown;
  };
};

export type Verdict = {
  readonly allowed: boolean;
  readonly message?: string;
  readonly code?: number;
  /** A JSON patch, as a mutating policy gives it. */
  readonly patch?: readonly unknown[];
};

/** An HTTP answer that policy-server would not give, or not here. */
export type RawReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * `reset`: TCP reset instead of an answer. `reset-mid-answer`: half of the answer, then the reset. `close`: an orderly end without
 * an answer. `silence`: nothing at all. `drip-feed`: one byte every 20 ms, without end. `flood`: a body without end.
 */
export type Fault = {
  readonly fault: 'reset' | 'reset-mid-answer' | 'close' | 'silence' | 'drip-feed' | 'flood';
};

/**
 * What a policy says; undefined for a policy that the server has not loaded. Throwing is a crash of the policy: HTTP 500. `body` is
 * the whole review as it was sent.
 */
export type AnswerFunction = (
  policyId: string,
  request: AdmissionRequest,
  body: string,
) => Answer | Promise<Answer>;
type Answer = Verdict | RawReply | Fault | undefined;

export type PolicyServerOptions = {
  readonly certificate: KeyPair;
  /** Allows everything by default. */
  readonly answer?: AnswerFunction;
  /** mTLS: only clients with a certificate of this authority (PEM) may connect. */
  readonly clientCa?: string;
  readonly latencyMs?: number;
  /** Offers HTTP/2 by ALPN beside HTTP/1.1. The real one does not. */
  readonly http2?: boolean;
  readonly host?: string;
  /** 0 for any free one. */
  readonly port?: number;
  /** False keeps no bodies, for long runs. */
  readonly recordRequests?: boolean;
};

export type RecordedRequest = {
  readonly policyId: string;
  readonly contentType: string | undefined;
  readonly body: string;
};

/** A running policy server. `url` is its base; it answers `POST <url>/audit/<policy id>`. */
export type PolicyServer = {
  readonly url: URL;
  /** Accepted TCP connections, and requests read to their end, since the start. */
  readonly connections: number;
  readonly requests: number;
  readonly recorded: readonly RecordedRequest[];
  /** May be replaced at any time. */
  answer: AnswerFunction;
  /** Refuses connections and cuts those that are open, as when the process ends. */
  stop(): Promise<void>;
  /** Refuses connections and goes on answering on those that are open, as a Pod does that is about to end. */
  drain(): void;
  /** Listens again on the same port. */
  start(): Promise<void>;
  /** For good. */
  close(): Promise<void>;
};

const maxBodyBytes = 2 * 1024 * 1024;

/** A real HTTPS server that answers as Kubewarden's policy-server does. Start several for replicas. */
export async function startPolicyServer(options: PolicyServerOptions): Promise<PolicyServer> {
  const { certificate, clientCa, host = '127.0.0.1', latencyMs = 0, recordRequests = true } = options;
  const sockets = new Set<Socket>();
  const recorded: RecordedRequest[] = [];
  let answer: AnswerFunction = options.answer ?? (() => ({ allowed: true }));
  let connections = 0;
  let requests = 0;

  async function answerTo(request: IncomingMessage): Promise<RawReply | Fault> {
    const policyId = /^\/audit\/([^/?]+)(?:\?.*)?$/.exec(request.url ?? '')?.[1];
    if (policyId === undefined) return { status: 404 };
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    const contentType = request.headers['content-type'];
    if (contentType === undefined || !/^application\/([^;]+\+)?json\b/.test(contentType))
      return plainText(415, 'Expected request with `Content-Type: application/json`');
    const body = await readBody(request);
    requests += 1;
    if (body === undefined) return plainText(413, 'Failed to buffer the request body: length limit exceeded');
    const id = decodeURIComponent(policyId);
    if (recordRequests) recorded.push({ policyId: id, contentType, body });
    const parsed = parseReview(body);
    if (latencyMs > 0) await delay(latencyMs);
    return 'refusal' in parsed ? parsed.refusal : askPolicy(id, parsed.request, body);
  }

  async function askPolicy(id: string, request: AdmissionRequest, body: string): Promise<RawReply | Fault> {
    let given: Answer;
    try {
      given = await answer(id, request, body);
    } catch {
      return json(500, { message: 'Something went wrong', status: 500 });
    }
    if (given === undefined) return json(404, { message: `unknown policy: ${id}`, status: 404 });
    return 'allowed' in given ? toReview(request.uid, given) : given;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await answerTo(request);
    if ('fault' in reply) await commit(reply.fault, response, rawSocketOf(request));
    else respond(response, reply);
  }

  /** The TCP socket under the TLS one: only it can send a reset. */
  function rawSocketOf(request: IncomingMessage): Socket | undefined {
    return [...sockets].find((socket) => socket.remotePort === request.socket.remotePort);
  }

  const tls = {
    cert: certificate.cert,
    key: certificate.key,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => request.socket.destroy());
  };
  const server =
    options.http2 === true
      ? createSecureServer({ ...tls, allowHTTP1: true }, listener as never)
      : createServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function start(port: number): Promise<void> {
    server.listen(port, host);
    await once(server, 'listening');
  }

  async function stop(): Promise<void> {
    const isDraining = !server.listening && sockets.size > 0;
    if (!server.listening && !isDraining) return;
    const closed = once(server, 'close');
    if (!isDraining) server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await start(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    get connections() {
      return connections;
    },
    get requests() {
      return requests;
    },
    recorded,
    get answer() {
      return answer;
    },
    set answer(replacement) {
      answer = replacement;
    },
    stop,
    drain: () => {
      server.close();
    },
    start: () => start(port),
    close: stop,
  };
}

/** Undefined when it is larger than the real server accepts, which like this one does not read on then. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseReview(body: string): { request: AdmissionRequest } | { refusal: RawReply } {
  let review: unknown;
  try {
    review = JSON.parse(body);
  } catch (error) {
    const text = `Failed to parse the request body as JSON: ${error instanceof Error ? error.message : ''}`;
    return { refusal: plainText(400, text) };
  }
  const missing = requiredFields.find(({ path, type }) => typeof valueAt(review, path) !== type);
  if (missing === undefined) return { request: (review as { request: AdmissionRequest }).request };
  const field = missing.path.at(-1) ?? '';
  const text = `Failed to deserialize the JSON body into the target type: missing field \`${field}\``;
  return { refusal: plainText(422, text) };
}

const requiredFields = [
  { path: ['request'], type: 'object' },
  { path: ['request', 'uid'], type: 'string' },
  ...['group', 'version', 'kind'].map((name) => ({ path: ['request', 'kind', name], type: 'string' })),
  ...['group', 'version', 'resource'].map((name) => ({
    path: ['request', 'resource', name],
    type: 'string',
  })),
  { path: ['request', 'operation'], type: 'string' },
  { path: ['request', 'userInfo'], type: 'object' },
];

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (parent, name) =>
      typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[name] : undefined,
    value,
  );
}

function toReview(uid: string, { allowed, message, code, patch }: Verdict): RawReply {
  const status = message === undefined && code === undefined ? {} : { status: { message, code } };
  const mutation =
    patch === undefined
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
  return json(200, {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: { uid, allowed, ...mutation, ...status, auditAnnotations: null, warnings: null },
  });
}

function json(status: number, body: unknown): RawReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function plainText(status: number, body: string): RawReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

function respond(response: ServerResponse, { status, headers = {}, body = '' }: RawReply): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  response.end(body);
}

async function commit(
  fault: Fault['fault'],
  response: ServerResponse,
  socket: Socket | undefined,
): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': String(2 ** 30) };
  switch (fault) {
    case 'reset':
      socket?.resetAndDestroy();
      return;
    case 'close':
      response.req.socket.end();
      return;
    case 'silence':
      return;
    case 'reset-mid-answer':
      response.writeHead(200, headers);
      response.write('{"kind":"AdmissionReview",');
      // The client must have the first half before the reset, which would throw away what it has not read.
      await delay(20);
      socket?.resetAndDestroy();
      return;
    case 'drip-feed':
    case 'flood':
      response.writeHead(200, headers);
      while (!response.destroyed) {
        response.write(fault === 'flood' ? ' '.repeat(65_536) : ' ');
        await delay(fault === 'flood' ? 1 : 20);
      }
  }
}
