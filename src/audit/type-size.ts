import type { AuditObserver } from './events.ts';

/** Adds up what the LISTs of one type say of how many objects there are, and tells it once that is all of them. */
export class TypeSize {
  readonly #groupResource: string;
  readonly #observer: AuditObserver;
  #listsLeft = 0;
  #listed = 0;
  #told = 0;

  constructor(groupResource: string, observer: AuditObserver) {
    this.#groupResource = groupResource;
    this.#observer = observer;
  }

  /** So many LISTs are still to come. */
  expectLists(lists: number): void {
    this.#listsLeft = lists;
  }

  /** What the LIST that is being read says of how many objects it has in all. */
  readonly tell = (objects: number): void => {
    if (this.#listsLeft === 1) this.#observe(this.#listed + objects, false);
  };

  /** One LIST has ended, well or not, after this many objects. */
  endList(objects: number): void {
    this.#listed += objects;
    this.#listsLeft -= 1;
  }

  /** There are no more LISTs. */
  end(): void {
    this.#observe(this.#listed, true);
  }

  #observe(objects: number, isFinal: boolean): void {
    if (!isFinal && objects === this.#told) return;
    this.#told = objects;
    this.#observer.observe({ type: 'type-sized', groupResource: this.#groupResource, objects, isFinal });
  }
}
