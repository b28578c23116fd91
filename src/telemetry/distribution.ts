/** Upper bounds in seconds of how long policies take; what is longer has a bucket of its own. */
export const durationBounds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** How often something was how long. `counts` has one number for each bound, and one for what is beyond the last. */
export type Distribution = { readonly counts: number[]; sum: number };

export function emptyDistribution(): Distribution {
  return { counts: Array.from({ length: durationBounds.length + 1 }, () => 0), sum: 0 };
}

/** Counts one duration in seconds. It is called once for each evaluation. */
export function addDuration(distribution: Distribution, seconds: number): void {
  let bucket = 0;
  while (bucket < durationBounds.length && seconds > (durationBounds[bucket] ?? 0)) bucket += 1;
  distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
  distribution.sum += seconds;
}

/** Adds the second one to the first. */
export function addDistribution(to: Distribution, { counts, sum }: Distribution): void {
  for (const [bucket, count] of counts.entries()) to.counts[bucket] = (to.counts[bucket] ?? 0) + count;
  to.sum += sum;
}
