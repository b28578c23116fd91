/** How the place of what has no namespace is called. */
export const noNamespace = '';

/**
 * Some of the places of a run, which are numbered once: a bit for each, so that policies times types times namespaces cost no more
 * than that. Nothing is held until the first one is added.
 */
export class PlaceSet {
  readonly #numbers: ReadonlyMap<string, number>;
  #bits: Uint8Array | undefined;
  size = 0;

  constructor(numbers: ReadonlyMap<string, number>) {
    this.#numbers = numbers;
  }

  /** A place that has no number is not of this run, and is not added. */
  add(place: string): void {
    const number = this.#numbers.get(place);
    if (number === undefined || this.has(place)) return;
    this.#bits ??= new Uint8Array(Math.ceil(this.#numbers.size / 8));
    this.#bits[number >> 3] = (this.#bits[number >> 3] ?? 0) | (1 << (number & 7));
    this.size += 1;
  }

  has(place: string): boolean {
    const number = this.#numbers.get(place);
    return number !== undefined && ((this.#bits?.[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }
}
