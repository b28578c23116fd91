import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { type ConnectionOptions, connect as connectTls, TLSSocket } from 'node:tls';
import { type buildConnector, errors } from 'undici';
import { findCertificateFault } from './certificate.ts';
import { type TransportFailure, toFailure } from './failure.ts';
import type { TlsTerms } from './tls.ts';

/** An IP address and a port. */
export type Address = { readonly host: string; readonly port: number };

export type ConnectorOptions = {
  readonly tls: TlsTerms;
  readonly lookup?: LookupFunction | undefined;
  /** Where to connect instead of where the URL says. */
  readonly at?: Address | undefined;
  /** For the TCP connection and the TLS handshake together. */
  readonly timeoutMs: number;
};

/**
 * Opens the connections of an undici pool. With undici's own connector each costs a quarter more CPU, and every evaluation opens
 * one: Node turns the whole certificate chain into an object there, only to compare the host name with it.
 */
export function createConnector({ tls, lookup, at, timeoutMs }: ConnectorOptions): buildConnector.connector {
  const tlsOptions: ConnectionOptions = {
    secureContext: tls.secureContext,
    ALPNProtocols: ['http/1.1'],
    // The certificate is judged when the handshake is done, where a refusal can still say which certificate it was.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
  return ({ hostname, port, protocol }, callback) => {
    const address = {
      host: at?.host ?? hostname,
      port: at?.port ?? Number(port || defaultPorts[protocol]),
      noDelay: true,
      ...(lookup && { lookup }),
    };
    if (protocol === 'http:') {
      const socket = connectTcp(address);
      const connecting = startConnecting(socket, timeoutMs, callback);
      socket.once('connect', () => {
        connecting.end(undefined);
      });
      return;
    }
    const name = tls.serverName ?? hostname.replace(/\.$/, '');
    const socket = connectTls({ ...tlsOptions, ...address, servername: isIP(name) === 0 ? name : '' });
    // Node asks for this object before it calls `checkServerIdentity`, which has no use for it here.
    Object.assign(socket, { getPeerCertificate: () => undefined, destroy: destroyCheaply });
    const connecting = startConnecting(socket, timeoutMs, callback);
    socket.once('secureConnect', () => {
      connecting.end(tls.verify ? findCertificateFault(socket, name) : undefined);
    });
  };
}

/** Connects, TLS included, and hangs up: why that does not work, or undefined. */
export function tryToConnect(
  { hostname, port, protocol }: URL,
  options: ConnectorOptions,
): Promise<TransportFailure | undefined> {
  const { promise, resolve } = Promise.withResolvers<TransportFailure | undefined>();
  createConnector(options)({ hostname, port, protocol }, (error, socket) => {
    // Nobody needs what comes later, such as an alert.
    socket?.on('error', () => undefined).destroy();
    resolve(error === null ? undefined : toFailure(error, false));
  });
  return promise;
}

/**
 * undici closes each connection with an error that only says so, and Node would turn the stack of that error into text, which
 * nobody reads and which costs as much as parsing the answer.
 */
function destroyCheaply(this: TLSSocket, error?: Error): TLSSocket {
  if (error instanceof errors.InformationalError) error.stack = error.message;
  return TLSSocket.prototype.destroy.call(this, error);
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Tells undici exactly once how it ended: in time, too late or with an error. */
function startConnecting(
  socket: Socket,
  timeoutMs: number,
  callback: buildConnector.Callback,
): { end(fault: Error | undefined): void } {
  let connecting = true;
  const timer = setTimeout(() => {
    socket.destroy(new errors.ConnectTimeoutError());
  }, timeoutMs);
  socket.on('error', (error) => {
    // undici would replace a TLS alert, which says what is wrong, by "other side closed" when the end of the stream follows it.
    if (!connecting) socket.removeAllListeners('end');
    else {
      connecting = false;
      clearTimeout(timer);
      callback(error, null);
    }
  });
  return {
    end(fault) {
      if (fault !== undefined) socket.destroy(fault);
      else {
        connecting = false;
        clearTimeout(timer);
        callback(null, socket);
      }
    },
  };
}
