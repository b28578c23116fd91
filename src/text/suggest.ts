/** The candidate that was most likely meant, or undefined when none is near. Upper and lower case are the same. */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  return findClosest(
    word,
    candidates,
    (distance, candidate) => distance <= Math.max(1, Math.floor(candidate.length / 3)),
  );
}

/** The same for names that people give to things, of which one may be a part of another: `prod` of `prod-eu`. */
export function findNearestName(name: string, known: readonly string[]): string | undefined {
  return findClosest(name, known, (distance, candidate) => distance <= 2 || candidate.includes(name));
}

function findClosest(
  word: string,
  candidates: readonly string[],
  isNear: (distance: number, candidate: string) => boolean,
): string | undefined {
  const typed = word.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => isNear(distance, candidate))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current: number[] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(beforePrevious, j - 2) + 1 : Infinity;
      current.push(Math.min(at(previous, j) + 1, at(current, j - 1) + 1, substitution, swap));
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
