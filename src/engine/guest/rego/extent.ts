import { maxTextBytes } from '../text-limit.ts';

/** Indented, a text is much longer than the one that it was read from. */
const maxExtent = maxTextBytes * 4;

/**
 * Whether the value, written with an indent for each level, is longer than any that a policy needs. The same list may be in a value many
 * times, so the text that it came from says little.
 */
export function isTooLarge(value: unknown): boolean {
  let left = maxExtent;
  const fits = (part: unknown, indent: number): boolean => {
    left -= indent + (typeof part === 'string' ? part.length : 4);
    if (left < 0) return false;
    if (typeof part !== 'object' || part === null) return true;
    return Object.entries(part).every(([key, member]) => {
      left -= key.length;
      return fits(member, indent + 2);
    });
  };
  return !fits(value, 0);
}
