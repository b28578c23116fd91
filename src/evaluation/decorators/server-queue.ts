import type { Attempt, LoadBound } from './load-bound.ts';

export type Timing = {
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** Calls back once after so many milliseconds; keeps no process alive. */
  readonly after: (ms: number, callback: () => void) => void;
};

type Waiting = { readonly policy: string; readonly begin: (attempt: Attempt) => void };

/** Evaluations that wait for a place at one policy server, served in order of arrival. */
export class ServerQueue {
  readonly bound: LoadBound;
  readonly #timing: Timing;
  readonly #waiting: Waiting[] = [];
  #wakeAt = Infinity;

  constructor(bound: LoadBound, timing: Timing) {
    this.bound = bound;
    this.#timing = timing;
  }

  /** Resolves when there is a place. Its owner tells the limit how it ended, and then calls `serve`. */
  enter(policy: string): Promise<Attempt> {
    return new Promise((begin) => {
      this.#waiting.push({ policy, begin });
      if (this.#waiting.length === 1) this.serve();
    });
  }

  /** Admits as many as there are free places. */
  serve(): void {
    const now = this.#timing.now();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const attempt = this.bound.tryBegin(next.policy, now);
      if (attempt === undefined) {
        this.#wakeLater(now);
        return;
      }
      this.#waiting.shift();
      next.begin(attempt);
    }
  }

  /** Time frees places, too: slow evaluations lose theirs. */
  #wakeLater(now: number): void {
    const wakeAt = Math.max(this.bound.roomAt(now), now + 1);
    if (wakeAt >= this.#wakeAt) return;
    this.#wakeAt = wakeAt;
    this.#timing.after(wakeAt - now, () => {
      if (this.#wakeAt === wakeAt) this.#wakeAt = Infinity;
      this.serve();
    });
  }
}
