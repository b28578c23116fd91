import type { AuditEvent, ExpectedType } from '../../audit/index.ts';

/** How many objects there are to look at. It is an estimate until every type has been listed to its end. */
export type Total = { readonly objects: number; readonly isEstimate: boolean };

type TypeExtent = {
  /** The number of objects with stored reports; undefined if unknown. */
  readonly expected: number | undefined;
  /** What the API says, and in the end what was listed. */
  size: number | undefined;
  isFinal: boolean;
  begun: number;
};

/** Follows what is known of how much a scan has to do, without asking anybody. */
export class ScanExtent {
  readonly #types = new Map<string, TypeExtent>();

  plan(types: readonly ExpectedType[]): void {
    for (const { groupResource, expected } of types)
      this.#types.set(groupResource, { expected, size: undefined, isFinal: false, begun: 0 });
  }

  size({ groupResource, objects, isFinal }: Extract<AuditEvent, { type: 'type-sized' }>): void {
    const type = this.#types.get(groupResource);
    if (type !== undefined) Object.assign(type, { size: objects, isFinal });
  }

  /** One more object of this type is being looked at. */
  begin(groupResource: string): void {
    const type = this.#types.get(groupResource);
    if (type !== undefined) type.begun += 1;
  }

  /** Undefined while a part is unknown, because the total would be wrong. */
  total(): Total | undefined {
    const counts = [...this.#types.values()].map(countOf);
    if (counts.length === 0 || counts.includes(undefined)) return undefined;
    return {
      objects: counts.reduce<number>((sum, count = 0) => sum + count, 0),
      isEstimate: [...this.#types.values()].some(({ isFinal }) => !isFinal),
    };
  }

  /** How many types there are, and how many of them have been listed to their end. */
  types(): { readonly listed: number; readonly all: number } {
    const listed = [...this.#types.values()].filter(({ isFinal }) => isFinal).length;
    return { listed, all: this.#types.size };
  }

  /** How far one type is; undefined where it is unknown how many objects it has. */
  ofType(groupResource: string): (Total & { readonly begun: number }) | undefined {
    const type = this.#types.get(groupResource);
    const objects = type && countOf(type);
    return objects === undefined || type === undefined
      ? undefined
      : { objects, begun: type.begun, isEstimate: !type.isFinal };
  }
}

/** An estimate that was too low says no more than that it was. */
function countOf({ size, expected, begun }: TypeExtent): number | undefined {
  if (size !== undefined) return Math.max(size, begun);
  return expected === undefined || begun > expected ? undefined : expected;
}
