/** The part of a bound that one of several users of it has: at least 1, and more as others end. */
export type Share = {
  readonly size: () => number;
  /** Told of each other size from now on. */
  readonly follow: (listener: (size: number) => void) => void;
  /** Gives it back to those who still work. */
  readonly end: () => void;
};

/**
 * One bound for several at once, in equal parts: nobody who is slow can take what another needs. All parts together are never more than
 * the bound, as long as there are no more users than that.
 */
export class FairShares {
  readonly #bound: number;
  readonly #users = new Set<((size: number) => void)[]>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  join(): Share {
    const listeners: ((size: number) => void)[] = [];
    this.#users.add(listeners);
    this.#tell();
    return {
      size: () => this.#size(),
      follow: (listener) => {
        listeners.push(listener);
      },
      end: () => {
        this.#users.delete(listeners);
        this.#tell();
      },
    };
  }

  #size(): number {
    return Math.max(1, Math.floor(this.#bound / Math.max(1, this.#users.size)));
  }

  #tell(): void {
    const size = this.#size();
    for (const listeners of this.#users) for (const listener of listeners) listener(size);
  }
}
