import type { Address } from '../../net/index.ts';

/** One replica of a policy server, and what is known of it. Read it as you like; only EndpointChoice changes it. */
export type Endpoint = {
  readonly address: Address;
  inFlight: number;
  /** How many were sent there, as far as it counts for its share. */
  sent: number;
  /** Consecutive requests that it accepted but did not answer. */
  unanswered: number;
  /** How often in a row it was skipped. */
  absences: number;
  leftUntil: number;
  /** The latest beginning of a request that it answered. */
  answeredStart: number;
};

/** `absent`: it accepts no connection or speaks another protocol. `cut`: an accepted connection ended. `stranger`: it has the wrong certificate. */
export type EndpointFailure = 'absent' | 'cut' | 'stranger';

const firstAbsenceMs = 1000;
const longestAbsenceMs = 30_000;
const strangerAbsenceMs = 60_000;

/** A single cut is normal: a server closes an idle connection. */
const mostCuts = 3;

/**
 * Which endpoint the next evaluation goes to: of two that chance names, the one with fewer in flight. One that fails is left for a
 * while, longer each time, and comes back with one evaluation that shows whether it answers again. Times are in milliseconds from any fixed point.
 */
export class EndpointChoice {
  readonly #random: () => number;
  #endpoints: readonly Endpoint[] = [];

  /** `random` gives numbers from 0 to 1, without 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get size(): number {
    return this.#endpoints.length;
  }

  /** From now on these. What is known of those that stay is kept; those that are gone are the answer. */
  update(addresses: readonly Address[]): readonly Endpoint[] {
    const known = new Map(this.#endpoints.map((endpoint) => [keyOf(endpoint.address), endpoint]));
    const sent = this.#mostSent();
    this.#endpoints = addresses.map((address) => known.get(keyOf(address)) ?? newEndpoint(address, sent));
    return [...known.values()].filter((endpoint) => !this.#endpoints.includes(endpoint));
  }

  /** Up to so many, by chance. */
  some(most: number): readonly Endpoint[] {
    const rest = [...this.#endpoints];
    const picked: Endpoint[] = [];
    while (picked.length < most && rest.length > 0) picked.push(...rest.splice(this.#below(rest.length), 1));
    return picked;
  }

  /** Undefined if none should be asked now. Every endpoint taken has to be returned through one of the three methods below. */
  take(now: number, except: ReadonlySet<Endpoint>): Endpoint | undefined {
    const usable = this.#endpoints.filter((endpoint) => !except.has(endpoint) && mayBeAsked(endpoint, now));
    const first = usable[this.#below(usable.length)];
    if (first === undefined) return undefined;
    const others = usable.filter((endpoint) => endpoint !== first);
    const second = others[this.#below(others.length)];
    const chosen = second !== undefined && isLessLoaded(second, first) ? second : first;
    chosen.inFlight += 1;
    chosen.sent += 1;
    return chosen;
  }

  answered(endpoint: Endpoint, startedAt: number): void {
    endpoint.inFlight -= 1;
    endpoint.answeredStart = Math.max(endpoint.answeredStart, startedAt);
    endpoint.unanswered = 0;
    if (endpoint.absences === 0) return;
    endpoint.absences = 0;
    // It gets its share from here on, and not what it has missed.
    endpoint.sent = this.#mostSent();
  }

  failed(endpoint: Endpoint, failure: EndpointFailure, now: number): void {
    endpoint.inFlight -= 1;
    endpoint.unanswered += 1;
    if (failure === 'cut' && endpoint.absences === 0 && endpoint.unanswered < mostCuts) return;
    this.leave(endpoint, failure, now);
  }

  /** It failed, but not because of the endpoint. */
  released(endpoint: Endpoint): void {
    endpoint.inFlight -= 1;
  }

  /** Many may fail at once for one reason, which counts once. */
  leave(endpoint: Endpoint, failure: EndpointFailure, now: number): void {
    if (now < endpoint.leftUntil) return;
    const backoff = Math.min(longestAbsenceMs, firstAbsenceMs * 2 ** endpoint.absences);
    endpoint.leftUntil = now + (failure === 'stranger' ? strangerAbsenceMs : backoff);
    endpoint.absences += 1;
  }

  #mostSent(): number {
    return Math.max(0, ...this.#endpoints.map(({ sent }) => sent));
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

function newEndpoint(address: Address, sent: number): Endpoint {
  return {
    address,
    inFlight: 0,
    sent,
    unanswered: 0,
    absences: 0,
    leftUntil: -Infinity,
    answeredStart: -Infinity,
  };
}

function keyOf({ host, port }: Address): string {
  return `${host} ${port}`;
}

/** One that was left is tried with one evaluation at a time. */
function mayBeAsked({ absences, leftUntil, inFlight }: Endpoint, now: number): boolean {
  return absences === 0 || (now >= leftUntil && inFlight === 0);
}

/** Where little is in flight most are equal, and chance alone would take long to even out. */
function isLessLoaded(a: Endpoint, b: Endpoint): boolean {
  return a.inFlight === b.inFlight ? a.sent < b.sent : a.inFlight < b.inFlight;
}
