import { isDeepStrictEqual } from 'node:util';
import { AuditError, errorCodes } from '../domain/index.ts';
import { Connections, createContext } from '../net/index.ts';
import type { ClusterConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';

/** What a request is sent with. */
export type Session = { readonly connections: Connections; readonly headers: Credentials['headers'] };

const refreshAfterMs = 60_000;

type State = Session & { readonly certificate: Credentials['certificate']; readonly checkedAt: number };

/** Keeps the connections and credentials for one API server, and renews them when it is time. */
export class SessionKeeper {
  readonly #connection: ClusterConnection;
  readonly #maxConnections: number;
  readonly #now: () => number;
  readonly #closing: Promise<void>[] = [];
  #state: State | undefined;
  #pending: { readonly renews: boolean; readonly state: Promise<State> } | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(connection: ClusterConnection, maxConnections: number, now: () => number) {
    this.#connection = connection;
    this.#maxConnections = maxConnections;
    this.#now = now;
  }

  /** The session for the next request. Credentials are looked at again every minute, as other Kubernetes clients do. */
  async current(): Promise<Session> {
    const known = this.#state;
    if (known !== undefined && this.#now() - known.checkedAt < refreshAfterMs) return known;
    const refreshed = this.#pending?.state ?? this.#share(false);
    if (known === undefined) return refreshed;
    // As long as the API server takes the old credentials, trouble with getting new ones is no reason to fail.
    return refreshed.catch(() => (this.#state = { ...known, checkedAt: this.#now() }));
  }

  /** A session with new credentials, because the API server refused those of `refused`. */
  async renew(refused: Session): Promise<Session> {
    if (this.#pending?.renews === false) await this.#pending.state.catch(() => undefined);
    if (this.#pending !== undefined) return this.#pending.state;
    const known = this.#state;
    const isNewer = known !== undefined && !isDeepStrictEqual(known.headers, refused.headers);
    return isNewer ? known : this.#share(true);
  }

  /** Waits for what is in flight. */
  async close(): Promise<void> {
    await this.#pending?.state.catch(() => undefined);
    await Promise.all([...this.#closing, this.#state?.connections.close()]);
  }

  /** One at a time, for all who wait: a credential plugin may ask a person. */
  #share(renews: boolean): Promise<State> {
    const state = this.#establish(renews).finally(() => {
      this.#pending = undefined;
    });
    this.#pending = { renews, state };
    return state;
  }

  async #establish(renew: boolean): Promise<State> {
    const { headers, certificate } = await this.#connection.authenticate(renew);
    const previous = this.#state;
    const isSame = previous !== undefined && isDeepStrictEqual(previous.certificate, certificate);
    const connections = isSame
      ? previous.connections
      : openConnections(this.#connection, certificate, this.#maxConnections);
    if (previous !== undefined && !isSame) this.#closing.push(previous.connections.close());
    this.#state = { connections, headers, certificate, checkedAt: this.#now() };
    return this.#state;
  }
}

/** Straight or through the proxy. Throws an AuditError when the certificates cannot be used. */
function openConnections(
  { context, proxy, tls }: ClusterConnection,
  certificate: Credentials['certificate'],
  most: number,
): Connections {
  const { ca, rejectUnauthorized: verify, serverName } = tls;
  try {
    const secureContext = createContext({ ca, ...certificate });
    // HTTP/1.1 only: over one HTTP/2 connection a large page would hold up every other answer.
    const terms = { tls: { secureContext, verify, serverName }, proxy, most, idleMs: 30_000 };
    return new Connections(() => terms);
  } catch (thrown) {
    const message = `the certificates of context "${context}" cannot be used: they are not valid PEM, or the key belongs to another certificate`;
    throw new AuditError(errorCodes.kubeconfigInvalid, message, { cause: thrown });
  }
}
