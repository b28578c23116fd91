import type { ServerConnections } from '../../domain/index.ts';
import type { Address, TransportFailure } from '../../net/index.ts';
import { type BalancedOptions, BalancedServer } from './balanced-server.ts';
import type { PolicyServer } from './server.ts';

export type BalancingOptions = Pick<BalancedOptions, 'readEndpoints' | 'clock' | 'random' | 'freshMs'> & {
  /** Called once per reason with the policy servers that get one connection per evaluation after all. */
  readonly onPerRequest: (servers: readonly string[], reason: string) => void;
  /** Called once for each endpoint whose certificate is not that of its policy server. */
  readonly onStranger: (server: string, address: Address, failure: TransportFailure) => void;
};

type Surroundings = Pick<BalancedOptions, 'throughService'> &
  BalancedOptions['terms'] & { readonly findProxy: (server: URL) => URL | undefined };

/** The policy servers of a run that are asked by their endpoints, and why the others are not. */
export class Balancing {
  readonly #options: BalancingOptions;
  readonly #surroundings: Surroundings;
  readonly #servers = new Map<string, BalancedServer>();
  readonly #reasons = new Map<string, string>();

  constructor(options: BalancingOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
  }

  /** Finds out in bounded time for which servers it can be done. Rejects only when the signal aborts. */
  async open(servers: readonly PolicyServer[], signal: AbortSignal): Promise<void> {
    await Promise.all(servers.map((server) => this.#open(server, signal)));
    const byReason = Map.groupBy(this.#reasons, ([, reason]) => reason);
    for (const [reason, group] of byReason)
      this.#options.onPerRequest(
        group.map(([name]) => name),
        reason,
      );
  }

  /** Undefined for a server that is asked through its Service. */
  serverOf(name: string): BalancedServer | undefined {
    return this.#servers.get(name);
  }

  describe(): readonly ServerConnections[] {
    const balanced = [...this.#servers].map(
      ([server, { endpoints }]): ServerConnections => ({
        server,
        mode: 'balanced',
        reason: undefined,
        endpoints,
      }),
    );
    const others = [...this.#reasons].map(
      ([server, reason]): ServerConnections => ({ server, mode: 'per-request', reason, endpoints: 0 }),
    );
    return [...balanced, ...others].sort((a, b) => (a.server < b.server ? -1 : 1));
  }

  /** Ends what is in flight. */
  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }

  async #open({ name, url }: PolicyServer, signal: AbortSignal): Promise<void> {
    const { findProxy, throughService, ...terms } = this.#surroundings;
    if (findProxy(url) !== undefined) {
      this.#reasons.set(name, 'it is reached through a proxy, which picks the endpoint');
      return;
    }
    const onStranger = (address: Address, failure: TransportFailure): void => {
      this.#options.onStranger(name, address, failure);
    };
    const server = new BalancedServer(url, { ...this.#options, terms, throughService, onStranger });
    const reason = await server.open(signal);
    if (reason === undefined) this.#servers.set(name, server);
    else this.#reasons.set(name, reason);
  }
}
