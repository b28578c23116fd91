import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  fulcioHandler,
  type HandlerFn,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  tsaHandler,
} from '@sigstore/mock';

/** Which of them a signing config names, and a trust root vouches for. */
export type Named = {
  readonly log?: boolean;
  readonly timestamps?: boolean;
};

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

/** Fulcio, Rekor and a timestamp authority on loopback, with keys of their own. */
export type SigstoreServices = {
  readonly url: string;
  /** What was sent to them. */
  readonly requests: { readonly path: string; readonly body: string }[];
  readonly signingConfig: (named?: Named) => string;
  readonly trustRoot: (named?: Named) => string;
  /** Answers in the place of one of them from now on; without an answer it answers for itself again. */
  readonly answerInstead: (path: string, answer?: Answer) => void;
  readonly close: () => Promise<void>;
};

export const paths = {
  certificate: '/api/v2/signingCert',
  log: '/api/v1/log/entries',
  timestamp: '/api/v1/timestamp',
} as const;

const validFor = { start: '2020-01-01T00:00:00Z' };

export async function startSigstoreServices(): Promise<SigstoreServices> {
  const [root, certificates, log, stamp] = [newKey(), newKey(), newKey(), newKey()];
  const clock = new Date();
  const ctLog = await initializeCTLog(certificates);
  const ca = await initializeCA(root, ctLog);
  const tsa = await initializeTSA(stamp, clock);
  const tlog = await initializeTLog('https://log.example.com', log);
  const takeNote = async (entry: object): Promise<LogEntry> =>
    Object.values((await tlog.log(entry)) as unknown as Readonly<Record<string, LogEntry>>)[0]!;
  const timestamp: HandlerFn = (body) => {
    // Of whole seconds: some fractions it writes in a way that nobody reads.
    clock.setTime(Math.floor(Date.now() / 1000) * 1000);
    return tsaHandler(tsa).fn(body);
  };
  const handlers = new Map<string, HandlerFn>([
    [paths.certificate, fulcioHandler(ca).fn],
    [paths.timestamp, timestamp],
    [paths.log, async (body) => created(logAnswer(await takeNote(toLogEntry(body))))],
  ]);
  const instead = new Map<string, Answer>();
  const requests: SigstoreServices['requests'] = [];
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      const path = request.url ?? '';
      requests.push({ path, body });
      const answer = instead.get(path);
      if (answer !== undefined) {
        answer(request, response, body);
        return;
      }
      const known = await handlers.get(path)?.(body);
      response.writeHead(known?.statusCode ?? 404, { 'content-type': known?.contentType ?? 'text/plain' });
      response.end(known?.response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const spki = { format: 'der', type: 'spki' } as const;
  return {
    url,
    requests,
    signingConfig: ({ log: isLogged = true, timestamps = true } = {}) =>
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
        caUrls: [toService(url)],
        oidcUrls: [],
        ...(isLogged && {
          rekorTlogUrls: [toService(url)],
          rekorTlogConfig: { selector: 'ANY' },
        }),
        ...(timestamps && {
          tsaUrls: [toService(`${url}${paths.timestamp}`)],
          tsaConfig: { selector: 'ANY' },
        }),
      }),
    trustRoot: ({ log: isLogged = true, timestamps = true } = {}) =>
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
        tlogs: isLogged ? [toLog(log.publicKey.export(spki))] : [],
        ctlogs: [toLog(ctLog.publicKey)],
        certificateAuthorities: [toAuthority([ca.rootCertificate])],
        timestampAuthorities: timestamps ? [toAuthority([tsa.intCertificate, tsa.rootCertificate])] : [],
      }),
    answerInstead: (path, answer) => {
      if (answer === undefined) instead.delete(path);
      else instead.set(path, answer);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** A token as an issuer makes it; nobody here looks at its signature. */
export function makeToken(claims: object = {}): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const usual = {
    iss: 'https://issuer.example.com',
    aud: 'sigstore',
    sub: 'https://example.com/audit',
    exp: Math.floor(Date.now() / 1000) + 600,
  };
  return `${encode({ alg: 'none' })}.${encode({ ...usual, ...claims })}.c2VjcmV0LXNpZ25hdHVyZQ`;
}

function toService(url: string): object {
  return { url, majorApiVersion: 1, validFor, operator: 'example.com' };
}

function toLog(publicKey: Buffer): object {
  return {
    baseUrl: 'https://log.example.com',
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  };
}

function toAuthority(chain: readonly ArrayBufferView[]): object {
  return {
    subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
    uri: 'https://authority.example.com',
    certChain: { certificates: chain.map((one) => ({ rawBytes: toBase64(one) })) },
    validFor,
  };
}

type LogEntry = {
  readonly body: string;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logID: string;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly checkpoint: string;
    };
  };
};

type Envelope = { readonly payload: string; readonly signatures: readonly [{ readonly sig: string }] };

/** What Rekor keeps of an envelope that it is shown; the handler of the package keeps what it gets. */
function toLogEntry(body: string): object {
  const { spec } = JSON.parse(body) as {
    readonly spec: {
      readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly [string] };
    };
  };
  const { envelope } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as Envelope;
  const [verifier] = spec.proposedContent.verifiers;
  const [{ sig: signature }] = signatures;
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: createHash('sha256').update(envelope).digest('hex') },
      payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      signatures: [{ signature, verifier }],
    },
  };
}

function logAnswer(entry: LogEntry): object {
  return { [sha256(entry.body).toString('hex')]: entry };
}

function created(answer: object): Awaited<ReturnType<HandlerFn>> {
  return { statusCode: 201, response: JSON.stringify(answer), contentType: 'application/json' };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function sha256(base64: string): Buffer {
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest();
}

function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function toBase64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
}
