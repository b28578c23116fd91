import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export type Balancer = { readonly url: URL; close(): void };

/**
 * Hands each connection to the next of these servers, as kube-proxy does, whether it is there or not: where it refuses, so does this.
 * Undefined is one that resets every connection.
 */
export async function startBalancer(targets: readonly (URL | undefined)[]): Promise<Balancer> {
  let next = 0;
  const server = createServer((socket) => {
    const target = targets[next % targets.length];
    next += 1;
    if (target === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(target.port), '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`https://127.0.0.1:${port}`), close: () => server.close() };
}
