/**
 * Runs `work` on every item with at most `workers` at once. Workers pull: no more items are taken from the source than are being
 * worked on, so memory does not grow with the source. The first rejection stops the pulling, lets running work end, and rejects.
 */
export async function forEachConcurrent<T>(
  source: AsyncIterable<T> | Iterable<T>,
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const failures: unknown[] = [];
  const state = { done: false };

  async function runWorker(): Promise<void> {
    while (!state.done) {
      const next = await iterator.next();
      if (next.done === true) {
        state.done = true;
      } else {
        await work(next.value);
      }
    }
  }

  async function guardedWorker(): Promise<void> {
    try {
      await runWorker();
    } catch (error) {
      state.done = true;
      failures.push(error);
    }
  }

  await Promise.all(Array.from({ length: workers }, guardedWorker));
  if (failures.length > 0) {
    await iterator.return?.();
    throw failures[0];
  }
}

/** Admits work by key: at most `maxKeys` keys at once, and at most `maxPerKey` of each. `enter` resolves when there is a free place. */
export class KeyedGate {
  readonly #maxKeys: number;
  #maxPerKey: number;
  readonly #inside = new Map<string, number>();
  #waiting: (() => void) | undefined;

  constructor(maxKeys: number, maxPerKey: number) {
    this.#maxKeys = maxKeys;
    this.#maxPerKey = maxPerKey;
  }

  /** One caller at a time: the source that feeds the workers. */
  async enter(key: string): Promise<void> {
    while (!this.#hasRoom(key)) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#waiting = () => {
        resolve(undefined);
      };
      await promise;
    }
    this.#inside.set(key, (this.#inside.get(key) ?? 0) + 1);
  }

  /** Changes the limit of each key; work inside stays. */
  resize(maxPerKey: number): void {
    this.#maxPerKey = maxPerKey;
    this.#wake();
  }

  leave(key: string): void {
    const left = (this.#inside.get(key) ?? 0) - 1;
    if (left > 0) this.#inside.set(key, left);
    else this.#inside.delete(key);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #hasRoom(key: string): boolean {
    const inside = this.#inside.get(key);
    return inside === undefined ? this.#inside.size < this.#maxKeys : inside < this.#maxPerKey;
  }
}
