import { hash } from 'node:crypto';

/** When everything was asked the last time, as far as that is known. */
export type Mark = Date | undefined;

/** Of one run: when it began, and how old a stored result may be at most. */
export type AgeLimit = { readonly start: Date; readonly ageMs: number };

/** The moment in each period at which the results about an object come of age, spread evenly by its name: from 0 to below 1. */
export function phaseOf(name: string): number {
  return hash('sha256', name, 'buffer').readUInt32BE() / 2 ** 32;
}

/**
 * Whether an object's results have to be computed again: its moment has come since the mark. The runs since a result was computed lie side by
 * side, each from its mark to its start, so that none is older than the age where none of them found the object due. Without a mark, with one
 * of that age, and with one that is still to come everything is due.
 */
export function isDue(phase: number, mark: Mark, { start, ageMs }: AgeLimit): boolean {
  if (mark === undefined) return true;
  const [from, to] = [mark.getTime(), start.getTime()];
  if (from > to || to - from >= ageMs) return true;
  const moment = Math.floor(phase * ageMs);
  return Math.floor((to - moment) / ageMs) > Math.floor((from - moment) / ageMs);
}
