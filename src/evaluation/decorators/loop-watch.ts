export type Ticker = {
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** Calls again and again, and keeps no process alive; the answer ends it. */
  readonly every: (ms: number, callback: () => void) => () => void;
};

const intervalMs = 10;
/** Less than this is the ordinary work of the loop. */
const toleranceMs = 10;

/**
 * Measures for how long the event loop of this process was blocked: by a CPU limit, by other processes, by long work of its own.
 * A timer ticks a hundred times a second, and its ticks are late then.
 */
export class LoopWatch {
  readonly #ticker: Ticker;
  #stop: (() => void) | undefined;
  #tickedAt = 0;
  #lateMs = 0;

  /** It ticks from the first question on. */
  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  /** All that was ever lost, in milliseconds. What came in while nothing ran is handled before the tick that is overdue, which counts. */
  lateness(): number {
    const now = this.#ticker.now();
    if (this.#stop === undefined) this.#start(now);
    return this.#lateMs + this.#overdue(now);
  }

  stop(): void {
    this.#stop?.();
  }

  #start(now: number): void {
    this.#tickedAt = now;
    this.#stop = this.#ticker.every(intervalMs, () => {
      const at = this.#ticker.now();
      this.#lateMs += this.#overdue(at);
      this.#tickedAt = at;
    });
  }

  #overdue(now: number): number {
    const late = now - this.#tickedAt - intervalMs;
    return late > toleranceMs ? late : 0;
  }
}
