import {
  type Attempt,
  LoadBound,
  type LoadProfile,
} from '../../../../src/evaluation/decorators/load-bound.ts';

type Event = { readonly at: number; readonly order: number; readonly fire: () => void };

/** Time that jumps from event to event. */
class Timeline {
  now = 0;
  #events: Event[] = [];
  #order = 0;

  after(ms: number, fire: () => void): void {
    const event = { at: this.now + ms, order: this.#order++, fire };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#events[middle]!;
      if (other.at < event.at || (other.at === event.at && other.order < event.order)) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  runUntil(end: number): void {
    for (let next = this.#events[0]; next !== undefined && next.at <= end; next = this.#events[0]) {
      this.#events.shift();
      this.now = next.at;
      next.fire();
    }
    this.now = end;
  }
}

/** Same numbers each time. */
function createRandom(seed = 1): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Times around a mean, with a long tail as real ones have. */
export function createNoise(seed?: number): (mean: number, deviation: number) => number {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (mean, deviation) => mean * Math.exp(deviation * normal() - deviation ** 2 / 2);
}

type Answer = 'answer' | 'refusal' | 'time-out';

export type Job = {
  readonly policy: string;
  /** What the server's worker is busy for, in milliseconds. */
  readonly workMs: number;
  /** What passes besides, with no worker busy: the way there and back, or a registry that is asked. */
  readonly waitMs?: number;
  readonly ends?: Answer;
};

export type Simulation = {
  readonly profile: LoadProfile;
  /** How many jobs the server works on at once, at a time. */
  readonly workers: number | ((now: number) => number);
  /** The n-th evaluation of the scan. */
  readonly job: (index: number, now: number) => Job;
  /** Admission reviews per second beside the scan, each of so much work. */
  readonly admission?: { readonly perSecond: number; readonly workMs: number };
  /** How late our own event loop was at a time: such answers do not count and come that much later. */
  readonly stall?: (now: number) => number;
  /** What this process is busy for with each evaluation, half of it before and half after. */
  readonly ownMs?: number;
  /** Evaluations that the scan has waiting at most; those in flight are bounded by the limiter. */
  readonly backlog?: number;
  readonly untilMs: number;
  readonly seed?: number;
};

export type Simulated = {
  readonly bound: LoadBound;
  /** Evaluations per second, of each second. */
  readonly perSecond: readonly number[];
  /** The bound at the end of each tenth of a second. */
  readonly bounds: readonly number[];
  readonly admissionMs: readonly number[];
};

/** A policy server with a queue before its workers, a scan that always has more to ask, and admission beside it. */
export function simulate(simulation: Simulation): Simulated {
  const { profile, job, admission, untilMs, stall = () => 0, backlog = Infinity, ownMs = 0 } = simulation;
  const time = new Timeline();
  const random = createRandom(simulation.seed);
  const bound = new LoadBound(profile, () => ownTotal - Math.max(0, ownFreeAt - time.now));
  const workersAt =
    typeof simulation.workers === 'number' ? () => simulation.workers as number : simulation.workers;
  const queue: { readonly workMs: number; readonly done: () => void }[] = [];
  const perSecond = Array.from({ length: Math.ceil(untilMs / 1000) }, () => 0);
  const bounds: number[] = [];
  const admissionMs: number[] = [];
  let busy = 0;
  let index = 0;
  let inFlight = 0;
  let next: Job | undefined;
  let wakeAt = -1;
  let ownFreeAt = 0;
  let ownTotal = 0;

  function stalledSince(startedAt: number): boolean {
    for (let at = startedAt; at <= time.now; at += 5) if (stall(at) > 0) return true;
    return stall(time.now) > 0;
  }

  function work(): void {
    while (busy < workersAt(time.now) && queue.length > 0) {
      const next = queue.shift()!;
      busy += 1;
      time.after(next.workMs, () => {
        busy -= 1;
        next.done();
        work();
      });
    }
  }

  /** This process does one thing at a time. */
  function ownWork(done: () => void): void {
    if (ownMs === 0) {
      done();
      return;
    }
    ownFreeAt = Math.max(ownFreeAt, time.now) + ownMs / 2;
    ownTotal += ownMs / 2;
    time.after(ownFreeAt - time.now, done);
  }

  function ask(workMs: number, done: () => void): void {
    queue.push({ workMs, done });
    work();
  }

  function end(asked: Job, attempt: Attempt): void {
    const { startedAt } = attempt;
    inFlight -= 1;
    const late = stalledSince(startedAt);
    if (asked.ends === 'refusal') bound.refused(attempt, time.now);
    else if (asked.ends === 'time-out') bound.timedOut(attempt, time.now);
    else {
      bound.answered(attempt, time.now, !late);
      const second = Math.floor(time.now / 1000);
      if (second < perSecond.length) perSecond[second]! += 1;
    }
    scan();
  }

  function scan(): void {
    while (inFlight < backlog) {
      next ??= job(index++, time.now);
      const asked = next;
      const attempt = bound.tryBegin(asked.policy, time.now);
      if (attempt === undefined) break;
      next = undefined;
      inFlight += 1;
      ownWork(() => {
        time.after((asked.waitMs ?? 0) / 2, () => {
          ask(asked.workMs, () => {
            time.after((asked.waitMs ?? 0) / 2 + stall(time.now), () => {
              ownWork(() => {
                end(asked, attempt);
              });
            });
          });
        });
      });
    }
    if (wakeAt <= time.now) {
      wakeAt = Math.max(bound.roomAt(time.now), time.now + 1);
      time.after(wakeAt - time.now, scan);
    }
  }

  function admit({ perSecond, workMs }: NonNullable<Simulation['admission']>): void {
    time.after((-Math.log(1 - random()) * 1000) / perSecond, () => {
      const startedAt = time.now;
      ask(workMs, () => admissionMs.push(time.now - startedAt));
      admit({ perSecond, workMs });
    });
  }

  function watch(): void {
    bounds.push(bound.facts.last);
    time.after(100, watch);
  }

  if (admission !== undefined) admit(admission);
  time.after(100, watch);
  scan();
  time.runUntil(untilMs);
  return { bound, perSecond, bounds, admissionMs };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
