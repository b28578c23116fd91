/** A set of code points: ranges in their order, which neither touch nor overlap. */
export type CodePoints = readonly (readonly [first: number, last: number])[];

/** Sets are made within the code points up to here: those of a text that is ASCII are made at once. */
export type Universe = 0x7f | 0x10ffff;

export function normalise(ranges: Iterable<readonly [number, number]>): CodePoints {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = joined.at(-1);
    if (previous === undefined || first > previous[1] + 1) joined.push([first, last]);
    else previous[1] = Math.max(previous[1], last);
  }
  return joined;
}

export function complement(set: CodePoints, universe: Universe): CodePoints {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= universe) rest.push([next, universe]);
  return rest;
}

export function intersect(a: CodePoints, b: CodePoints): CodePoints {
  return normalise(
    a.flatMap(([first, last]) =>
      b
        .filter(([otherFirst, otherLast]) => otherFirst <= last && otherLast >= first)
        .map(([otherFirst, otherLast]) => [Math.max(first, otherFirst), Math.min(last, otherLast)] as const),
    ),
  );
}

const known = new Map<string, CodePoints>();

/** Those that match a pattern of JavaScript for one character. The first time, all are tried. Throws a SyntaxError. */
export function codePointsOf(pattern: string, universe: Universe, ignoreCase = false): CodePoints {
  const expression = new RegExp(`^${pattern}$`, ignoreCase ? 'iu' : 'u');
  const key = `${universe}${String(expression)}`;
  const found = known.get(key) ?? find(expression, universe);
  if (known.size < maxKnown) known.set(key, found);
  return found;
}

const maxKnown = 200;

function find(pattern: RegExp, universe: Universe): CodePoints {
  const found: [number, number][] = [];
  for (let code = 0; code <= universe; code += 1) {
    if (!pattern.test(String.fromCodePoint(code))) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else found.push([code, code]);
  }
  return found;
}

/** The set with all that differs from it in case only. */
export function foldCase(set: CodePoints, universe: Universe): CodePoints {
  const ranges = set.map((range) => range.map((code) => `\\u{${code.toString(16)}}`).join('-'));
  return set.length === 0 ? set : codePointsOf(`[${ranges.join('')}]`, universe, true);
}
