import { type Latency, PolicyBaselines } from './policy-baselines.ts';

/** How much of a policy server a scan may take. */
export type LoadProfile = {
  /** How many times the unloaded time an evaluation may take before there are too many in flight. */
  readonly tolerance: number;
  /** Evaluations that may wait at the server so that it is never idle, in square roots of those in flight. */
  readonly headroom: number;
  /** Upper limit of evaluations in flight. */
  readonly ceiling: number;
};

/** One evaluation that has a place. It begins when it is really sent, which may be a little later. */
export type Attempt = { readonly policy: string; startedAt: number };

/** The history of the limit. */
export type LoadFacts = {
  readonly highest: number;
  readonly last: number;
  /** How often it was halved because the server refused or did not answer. */
  readonly halved: number;
};

/** A round is judged when this many of its answers say something, or as many as are in flight. */
const leastAnswers = 8;
const probeAnswers = 16;
const longestProbeMs = 200;
/** What has been in flight for longer keeps no place: it waits for something else, and the others must not. */
const patienceMs = 1000;
const probePatienceMs = 100;
/** Until the second look at the server alone: at first it and this process are cold, and become faster. */
const firstIntervalMs = 500;
const longestIntervalMs = 16_000;
/** A look costs throughput: less where little is in flight anyway, and all of them together no more than a twentieth. */
const intervalPerPlaceMs = 1000;
const probeShare = 20;
/** How much slower than before the server alone is believed to be at once: others may be asking it, too. */
const mostSlowerPerProbe = Math.log(1.5);
/** One in flight would have server and scanner wait for each other in turns. Latency alone lowers the bound no further than this. */
const leastBound = 2;
/** There a look costs little, and what it finds decides whether there may be more at all. */
const leastIntervalMs = 500;
const probeShareAtLeast = 6;
const smoothing = 0.5;
/** What is in flight while nothing that is measured counts: a process that does not keep up gains nothing from more. */
const blindBound = 8;
const blindShrinking = 0.75;
/**
 * Up to this many in flight, what our own work makes evaluations wait for is not taken for the server's load: with fewer, both would
 * wait for each other in turns. With more, nothing is gained where we are the slower one.
 */
const ownBound = 4;
/** A round lasts so long at least, once the bound is about right: more answers make it surer. */
const shortestRoundMs = 50;
/** At first the bound is doubled until the server shows that it has more than it can answer at once. */
const startingRatio = 1.4;

type Probe = { readonly startedAt: number; answers: number; last: number | undefined };

/**
 * How many evaluations may be in flight at one policy server: as many as it answers without making them wait. A gradient limiter on
 * measured latency, after Netflix's concurrency-limits and Envoy's adaptive concurrency. From time to time one evaluation at a time
 * shows how fast the server is alone; where all of them take longer than that by more than the tolerance, there are too many. Pure:
 * times come with the calls, in milliseconds from any fixed point.
 */
export class LoadBound {
  readonly #profile: LoadProfile;
  readonly #busyMs: () => number;
  readonly #baselines = new PolicyBaselines();
  readonly #inFlight = new Set<Attempt>();
  #limit = 1;
  #highest = 1;
  #halved = 0;
  /** Whether all places were taken since the round began: a bound that is not reached is not raised. */
  #isFull = false;
  #round: Latency[] = [];
  #roundStartedAt = 0;
  #roundStartedBusy = 0;
  #known = 0;
  #late = 0;
  #isStarting = true;
  #probe: Probe | undefined;
  #nextProbeAt = -Infinity;
  #nextProbeAtLeast = -Infinity;
  #intervalMs = firstIntervalMs;
  /** Logarithm of how much longer than their baselines policies take when nothing else is in flight. */
  #alone: number | undefined;
  #halvedAt = -Infinity;
  #answeredStart = -Infinity;

  /** `busyMs`: for how long this process has worked so far, rather than waited. */
  constructor(profile: LoadProfile, busyMs: () => number = () => 0) {
    this.#profile = profile;
    this.#busyMs = busyMs;
  }

  get facts(): LoadFacts {
    return { highest: this.#highest, last: this.#whole, halved: this.#halved };
  }

  /** Takes a place for an evaluation of the policy that begins now. Undefined where there is none: then ask again after the next end, or at `roomAt`. */
  tryBegin(policy: string, now: number): Attempt | undefined {
    if (this.#probe === undefined && now >= this.#nextProbeAt) this.#startProbe(now);
    const room = this.#probe === undefined ? this.#whole : 1;
    if (this.#inFlight.size >= room) {
      this.#isFull = true;
      const slow = this.#countSlow(now);
      if (this.#inFlight.size - slow >= room || this.#inFlight.size >= this.#profile.ceiling)
        return undefined;
    }
    const attempt = { policy, startedAt: now };
    this.#inFlight.add(attempt);
    return attempt;
  }

  /** When one of those in flight will have lost its place. */
  roomAt(now: number): number {
    for (const { startedAt } of this.#inFlight)
      if (now - startedAt < this.#patienceMs) return startedAt + this.#patienceMs;
    return now + this.#patienceMs;
  }

  /** It was answered. `counts` is false where the time that it took says nothing of the server. */
  answered(attempt: Attempt, now: number, counts: boolean): void {
    this.#inFlight.delete(attempt);
    this.#answeredStart = Math.max(this.#answeredStart, attempt.startedAt);
    if (this.#probe !== undefined) this.#answerProbe(this.#probe, attempt, { now, counts });
    else if (counts) this.#answerRound(attempt, now);
    else this.#answerLate(now);
  }

  /** The server is busy or away. Half as many from now on, once for all that were in flight together. */
  refused(attempt: Attempt, now: number): void {
    this.#inFlight.delete(attempt);
    this.#isStarting = false;
    if (attempt.startedAt < this.#halvedAt || this.#limit === 1) return;
    this.#halvedAt = now;
    this.#halved += 1;
    this.#startRound(now);
    this.#limit = Math.max(1, this.#limit / 2);
  }

  /** No answer came in time. Where others that began later were answered, that is a matter of the policy and not of the server. */
  timedOut(attempt: Attempt, now: number): void {
    if (this.#answeredStart > attempt.startedAt) this.abandoned(attempt);
    else this.refused(attempt, now);
  }

  /** It ended without saying anything of the server's load. */
  abandoned(attempt: Attempt): void {
    this.#inFlight.delete(attempt);
  }

  get #whole(): number {
    return Math.floor(this.#limit);
  }

  get #patienceMs(): number {
    return this.#probe === undefined ? patienceMs : probePatienceMs;
  }

  #countSlow(now: number): number {
    let slow = 0;
    for (const { startedAt } of this.#inFlight) {
      // They are in the order of their beginnings.
      if (now - startedAt < this.#patienceMs) break;
      slow += 1;
    }
    return slow;
  }

  #startRound(now: number): void {
    this.#round = [];
    this.#roundStartedAt = now;
    this.#roundStartedBusy = this.#busyMs();
    this.#known = 0;
    this.#late = 0;
    this.#isFull = false;
  }

  #add({ policy, startedAt }: Attempt, now: number): void {
    if (this.#baselines.knows(policy)) this.#known += 1;
    this.#round.push({ policy, ms: Math.max(now - startedAt, 0.01) });
  }

  #startProbe(now: number): void {
    this.#probe = { startedAt: now, answers: 0, last: undefined };
    this.#startRound(now);
  }

  #answerProbe(probe: Probe, attempt: Attempt, { now, counts }: { now: number; counts: boolean }): void {
    if (attempt.startedAt < probe.startedAt) return;
    probe.answers += 1;
    if (counts) this.#add(attempt, now);
    const isLate = now - probe.startedAt >= longestProbeMs || probe.answers >= 4 * probeAnswers;
    if (this.#round.length >= probeAnswers || isLate) this.#judgeProbe(probe, now, isLate);
  }

  /** Goes on while the server becomes faster, as it does where it or this process has only just been started. */
  #judgeProbe(probe: Probe, now: number, isLate: boolean): void {
    if (this.#round.length > 0) {
      const alone = this.#baselines.compare(this.#round, this.#alone ?? 0);
      const isWarmingUp =
        !isLate && (probe.last === undefined || alone < probe.last - 0.1) && this.#intervalMs < 4000;
      probe.last = alone;
      this.#startRound(now);
      if (isWarmingUp) return;
      this.#alone = this.#alone === undefined ? alone : Math.min(alone, this.#alone + mostSlowerPerProbe);
    }
    this.#probe = undefined;
    this.#startRound(now);
    if (this.#limit === 1 && this.#isStarting) this.#setLimit(this.#inFlight.size);
    const wanted = Math.min(this.#intervalMs, this.#limit * intervalPerPlaceMs);
    this.#nextProbeAt = now + Math.max(wanted, (now - probe.startedAt) * probeShare);
    this.#nextProbeAtLeast = now + Math.max(leastIntervalMs, (now - probe.startedAt) * probeShareAtLeast);
    this.#intervalMs = Math.min(2 * this.#intervalMs, longestIntervalMs);
  }

  #answerRound(attempt: Attempt, now: number): void {
    this.#add(attempt, now);
    const wanted = Math.max(leastAnswers, this.#whole);
    if (this.#known < wanted && this.#round.length < 4 * wanted) return;
    if (!this.#isStarting && now - this.#roundStartedAt < shortestRoundMs) return;
    const says = this.#known >= leastAnswers / 2;
    const load = this.#baselines.compare(this.#round, this.#alone ?? 0);
    if (says) {
      this.#alone = this.#alone === undefined ? load : this.#adjust(this.#alone, load);
      const ratio = Math.exp(load - this.#alone);
      this.#follow(this.#whole <= ownBound ? Math.min(ratio, this.#ownRatio(now)) : ratio);
    }
    this.#startRound(now);
  }

  #answerLate(now: number): void {
    this.#late += 1;
    if (this.#late < Math.max(leastAnswers, this.#whole) || this.#late < this.#round.length) return;
    this.#isStarting = false;
    const target = Math.max(blindBound, this.#limit * blindShrinking);
    if (target < this.#limit || this.#isFull) this.#setLimit(Math.min(target, this.#limit + 1));
    this.#startRound(now);
  }

  /**
   * The highest ratio that the server can be blamed for. By Little's law, evaluations take at least the share of their time for which
   * our event loop is busy, whatever the server does.
   */
  #ownRatio(now: number): number {
    return (now - this.#roundStartedAt) / (this.#busyMs() - this.#roundStartedBusy);
  }

  /** A server cannot be faster than alone. */
  #adjust(alone: number, load: number): number {
    return load < alone ? alone + 0.05 * (load - alone) : alone;
  }

  /** `ratio`: how many times as long as alone evaluations take now. */
  #follow(ratio: number): void {
    const { tolerance, headroom } = this.#profile;
    const gradient = Math.min(1, tolerance / ratio);
    this.#isStarting &&= ratio < startingRatio;
    if (this.#limit <= leastBound && gradient < 1)
      this.#nextProbeAt = Math.min(this.#nextProbeAt, this.#nextProbeAtLeast);
    const target = this.#isStarting
      ? this.#limit * 2
      : this.#limit + smoothing * (this.#limit * (gradient - 1) + headroom * Math.sqrt(this.#limit));
    if (target < this.#limit || this.#isFull) this.#setLimit(target);
  }

  #setLimit(limit: number): void {
    this.#limit = Math.min(this.#profile.ceiling, Math.max(leastBound, limit));
    this.#highest = Math.max(this.#highest, this.#whole);
  }
}
