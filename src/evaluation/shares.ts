/** One user's part of a shared limit: at least 1, and more as others finish. */
export type Share = {
  readonly size: () => number;
  /** Called with each new size from now on. */
  readonly follow: (listener: (size: number) => void) => void;
  /** Returns it to the users that are still working. */
  readonly end: () => void;
};

/**
 * One limit for several users, in equal parts, so that a slow one cannot take what another needs. All parts together never exceed
 * the limit, as long as there are no more users than that.
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
