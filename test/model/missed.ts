/** What the injected faults really took from the audit, as far as it did not get it another way. */
export class Missed {
  readonly what: string[] = [];
  #everything = false;
  readonly #blind: ((type: string, namespace: string | undefined) => boolean)[] = [];

  note(what: string): void {
    this.what.push(what);
  }

  noteEverything(what: string): void {
    this.note(what);
    this.#everything = true;
  }

  /** Nothing is known of the objects of a type, in one namespace or in all. */
  noteType(what: string, type: string, namespace: string | undefined): void {
    this.note(what);
    this.#blind.push((other, where) => other === type && (namespace === undefined || where === namespace));
  }

  /** Whether the audit saw all objects of a type in this namespace, and could store what came of them. */
  sawAll(type: string, namespace: string | undefined): boolean {
    return !this.#everything && !this.#blind.some((covers) => covers(type, namespace));
  }
}
