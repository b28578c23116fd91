const longLength = 32;

/** Finds texts in lists. Most lists have one text or two, for which a set would take ten times the room; a long one gets a set. */
export class TextLists {
  readonly #sets = new WeakMap<readonly string[], Set<string>>();

  has(list: readonly string[], text: string): boolean {
    return list.length < longLength ? list.includes(text) : this.#setOf(list).has(text);
  }

  /** Each text once. Nobody else may change the list. */
  addOnce(list: string[], text: string): void {
    if (this.has(list, text)) return;
    list.push(text);
    this.#sets.get(list)?.add(text);
  }

  #setOf(list: readonly string[]): Set<string> {
    const known = this.#sets.get(list);
    if (known !== undefined) return known;
    const set = new Set(list);
    this.#sets.set(list, set);
    return set;
  }
}
