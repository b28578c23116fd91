import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createKubernetesClient, type KubernetesClient } from '../../../src/kubernetes/client.ts';
import { connectToCluster } from '../../../src/kubernetes/connection.ts';
import { ReportMemory, toSeenRequest } from '../../support/report-memory.ts';

/** The same over plain HTTP on loopback. */
export class ReportApi extends ReportMemory {
  readonly #server: Server = createServer((request, response) => {
    void this.#serve(request, response);
  });
  #client: KubernetesClient | undefined;

  get client(): KubernetesClient {
    if (this.#client === undefined) throw new Error('not started');
    return this.#client;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    this.#client = await connect(`http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    await this.#client?.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { status, body } = this.answer(
      toSeenRequest({
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        contentType: request.headers['content-type'],
        body: await text(request),
      }),
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

async function connect(server: string): Promise<KubernetesClient> {
  const folder = await mkdtemp(join(tmpdir(), 'report-api-'));
  try {
    const kubeconfigPath = join(folder, 'config');
    const cluster = { name: 'test', cluster: { server } };
    const context = { name: 'test', context: { cluster: 'test', user: 'test' } };
    const user = { name: 'test', user: {} };
    const kubeconfig = { 'current-context': 'test', clusters: [cluster], contexts: [context], users: [user] };
    await writeFile(kubeconfigPath, JSON.stringify(kubeconfig));
    const connection = await connectToCluster({ kubeconfigPath, env: {}, homeDir: folder });
    return createKubernetesClient(connection, {
      requestTimeoutMs: 10_000,
      userAgent: 'test',
      random: () => 0,
      now: () => performance.now(),
      delay: () => Promise.resolve(),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
