import { AuditError } from '../../domain/index.ts';
import {
  type Address,
  Connections,
  type ConnectionTerms,
  type ExchangeLimits,
  type FailureKind,
  type HttpAnswer,
  type HttpRequest,
  TransportFailure,
  tryToConnect,
} from '../../net/index.ts';
import { type Endpoint, EndpointChoice, type EndpointFailure } from './endpoint-choice.ts';

export type BalancedOptions = {
  /** Reads which endpoints of the server's Service are ready. Rejects with an AuditError. */
  readonly readEndpoints: (server: URL, signal: AbortSignal) => Promise<readonly Address[]>;
  /** Of one endpoint's connections. */
  readonly terms: Pick<ConnectionTerms, 'tls' | 'most'>;
  /** Sends a request to the Service, on a connection of its own. */
  readonly throughService: (request: HttpRequest, limits: ExchangeLimits) => Promise<HttpAnswer>;
  /** Milliseconds from any fixed point. */
  readonly clock: () => number;
  readonly random: () => number;
  /** Called once for each endpoint whose certificate is not that of the server. */
  readonly onStranger: (address: Address, failure: TransportFailure) => void;
  /** How long the list of endpoints stays valid. */
  readonly freshMs?: number;
};

/** A replica that joins has its share this soon, and the API server gives a few kilobytes this often. */
const freshForMs = 5000;
/** After a failure the endpoints are read again, but not more often than this. */
const rereadMs = 1000;
const readTimeoutMs = 10_000;
const connectTimeoutMs = 2000;
/** Of the kept connections; servers that say less are believed. */
const idleMs = 10_000;
/** Endpoints that are tried before the first evaluation. */
const mostTried = 5;
/** Endpoints that one evaluation is sent to, and those of them that may take it and not answer: it may be what they fail for. */
const mostEndpoints = 3;
const mostReached = 2;

/** One policy server by its ready endpoints, with connections to each that are kept. */
export class BalancedServer {
  readonly #server: URL;
  readonly #options: BalancedOptions;
  readonly #choice: EndpointChoice;
  readonly #pools = new Map<Endpoint, Connections>();
  readonly #strangers = new Set<string>();
  readonly #closing = new AbortController();
  #readAt = -Infinity;
  /** Whether something has happened since then that the Service's endpoints may say more of. */
  #isOutdated = false;
  #reading: Promise<void> | undefined;

  constructor(server: URL, options: BalancedOptions) {
    this.#server = server;
    this.#options = options;
    this.#choice = new EndpointChoice(options.random);
  }

  /** Endpoints that were ready when it was last looked at. */
  get endpoints(): number {
    return this.#choice.size;
  }

  /** Finds out, in bounded time, whether there are endpoints that can be reached. Why not, or undefined; rejects only when the signal aborts. */
  async open(signal: AbortSignal): Promise<string | undefined> {
    const unreadable = await this.#read(signal);
    signal.throwIfAborted();
    if (unreadable !== undefined) return unreadable;
    const tried = this.#choice.some(mostTried);
    const failures = await Promise.all(tried.map((endpoint) => this.#try(endpoint)));
    if (failures.includes(undefined)) return undefined;
    const { tls } = this.#options.terms;
    // If the Service does not answer either, the server is down; the evaluations will notice and wait.
    if ((await tryToConnect(this.#server, { tls, timeoutMs: 2 * connectTimeoutMs })) !== undefined)
      return undefined;
    if (tried.length === 0) return 'its Service has no ready endpoint';
    return `none of its endpoints can be reached from here, but its Service can (${tried.length} tried)`;
  }

  /**
   * Sends a request to one endpoint, and where that does not answer to another one; where there is none, to the Service. Rejects as Connections do.
   */
  async exchange(request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer> {
    const tried = new Set<Endpoint>();
    this.#refresh();
    for (let reached = 0; tried.size < mostEndpoints; ) {
      const endpoint = this.#choice.take(this.#options.clock(), tried);
      if (endpoint === undefined) break;
      tried.add(endpoint);
      const result = await this.#send(endpoint, request, limits);
      if (!(result instanceof TransportFailure)) return result;
      if (result.connected) reached += 1;
      if (reached >= mostReached) throw result;
    }
    this.#isOutdated = true;
    this.#refresh();
    return this.#options.throughService(request, limits);
  }

  /** Ends what is in flight. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  /** Resolves to a failure where another endpoint may do better, and rejects with all others. */
  async #send(
    endpoint: Endpoint,
    request: HttpRequest,
    limits: ExchangeLimits,
  ): Promise<HttpAnswer | TransportFailure> {
    const startedAt = this.#options.clock();
    try {
      const answer = await this.#poolOf(endpoint).exchange(request, limits);
      this.#choice.answered(endpoint, startedAt);
      return answer;
    } catch (thrown) {
      const failure = thrown instanceof TransportFailure ? judge(thrown, endpoint, startedAt) : undefined;
      if (failure === undefined || !(thrown instanceof TransportFailure)) {
        this.#choice.released(endpoint);
        throw thrown;
      }
      this.#choice.failed(endpoint, failure, this.#options.clock());
      this.#tellStranger(endpoint, thrown);
      this.#isOutdated = true;
      this.#refresh();
      return thrown;
    }
  }

  async #try(endpoint: Endpoint): Promise<TransportFailure | undefined> {
    const { tls } = this.#options.terms;
    const failure = await tryToConnect(this.#server, {
      tls,
      at: endpoint.address,
      timeoutMs: connectTimeoutMs,
    });
    if (failure === undefined) return undefined;
    this.#choice.leave(endpoint, failure.fault === undefined ? 'absent' : 'stranger', this.#options.clock());
    this.#tellStranger(endpoint, failure);
    return failure;
  }

  #tellStranger({ address }: Endpoint, failure: TransportFailure): void {
    const key = `${address.host} ${address.port}`;
    if (failure.fault === undefined || this.#strangers.has(key)) return;
    this.#strangers.add(key);
    this.#options.onStranger(address, failure);
  }

  #poolOf(endpoint: Endpoint): Connections {
    const known = this.#pools.get(endpoint);
    if (known !== undefined) return known;
    const terms = {
      ...this.#options.terms,
      proxy: undefined,
      at: endpoint.address,
      idleMs,
      connectTimeoutMs,
    };
    const pool = new Connections(() => terms);
    this.#pools.set(endpoint, pool);
    return pool;
  }

  /** Reads the endpoints again in the background, if it is time. */
  #refresh(): void {
    if (this.#closing.signal.aborted || this.#reading !== undefined) return;
    const { clock, freshMs = freshForMs } = this.#options;
    if (clock() - this.#readAt < (this.#isOutdated ? Math.min(rereadMs, freshMs) : freshMs)) return;
    this.#reading = this.#read(this.#closing.signal).then(
      () => void (this.#reading = undefined),
      () => void (this.#reading = undefined),
    );
  }

  /** Resolves to the reason if they cannot be read; the known ones then stay. */
  async #read(signal: AbortSignal): Promise<string | undefined> {
    const { readEndpoints, clock } = this.#options;
    this.#readAt = clock();
    this.#isOutdated = false;
    const tooLong = AbortSignal.timeout(readTimeoutMs);
    try {
      const addresses = await readEndpoints(this.#server, AbortSignal.any([signal, tooLong]));
      for (const gone of this.#choice.update(addresses)) this.#forget(gone);
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      if (tooLong.aborted) return `its endpoints could not be read within ${readTimeoutMs / 1000} s`;
      if (thrown instanceof AuditError) return thrown.message;
      throw thrown;
    }
  }

  /** Waits for what is in flight there, because a terminating Pod still answers. */
  #forget(endpoint: Endpoint): void {
    const pool = this.#pools.get(endpoint);
    if (pool === undefined) return;
    void pool.close().finally(() => this.#pools.delete(endpoint));
  }
}

/** Failures that another endpoint would not fix: they concern the answer, this machine or our identity. */
const notOfEndpoint: ReadonlySet<FailureKind> = new Set([
  'tooLarge',
  'filesOfProcess',
  'filesOfMachine',
  'noLocalPort',
  'clientCertificateMissing',
  'clientCertificateRefused',
]);

/** A policy server does not answer in this way. */
const foreignLanguage: ReadonlySet<FailureKind> = new Set([
  'notHttp',
  'headersTooLarge',
  'notTls',
  'tls',
  'tlsUnclear',
]);

/** What a failure says of the endpoint; undefined where it says nothing, and another one would do no better. */
function judge(
  { kind, fault, connected }: TransportFailure,
  { answeredStart }: Endpoint,
  startedAt: number,
): EndpointFailure | undefined {
  if (fault !== undefined) return 'stranger';
  if (notOfEndpoint.has(kind)) return undefined;
  // Where others were answered meanwhile, the policy is slow and not the endpoint.
  if (kind === 'deadline') return answeredStart >= startedAt ? undefined : 'absent';
  return connected && !foreignLanguage.has(kind) ? 'cut' : 'absent';
}
