import { setImmediate } from 'node:timers/promises';

type Timer = { readonly at: number; readonly fire: () => void };

/** Time that passes only when nothing else is left to do. */
export class VirtualClock {
  time = 0;
  readonly waits: number[] = [];
  #timers: Timer[] = [];

  readonly now = (): number => this.time;

  readonly delay = (ms: number, signal: AbortSignal): Promise<void> => {
    this.waits.push(ms);
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      this.#timers.push({ at: this.time + ms, fire: resolve });
    });
  };

  /** Lets time pass, timer by timer, until the promise is settled. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const pending = Symbol('pending');
    promise.catch(() => undefined);
    for (;;) {
      await setImmediate();
      if ((await Promise.race([promise, Promise.resolve(pending)])) !== pending) return promise;
      this.#fireNext();
    }
  }

  #fireNext(): void {
    const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) throw new Error('nothing would ever happen any more');
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.time = next.at;
    next.fire();
  }
}
