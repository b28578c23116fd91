import type { ChangeCounts } from '../domain/index.ts';

export type CountName = keyof ChangeCounts;

export const noChanges: ChangeCounts = {
  newlyFailing: 0,
  newlyPassing: 0,
  stillFailing: 0,
  stillPassing: 0,
  notCompared: 0,
};

export function addCounts(a: ChangeCounts, b: ChangeCounts): ChangeCounts {
  return {
    newlyFailing: a.newlyFailing + b.newlyFailing,
    newlyPassing: a.newlyPassing + b.newlyPassing,
    stillFailing: a.stillFailing + b.stillFailing,
    stillPassing: a.stillPassing + b.stillPassing,
    notCompared: a.notCompared + b.notCompared,
  };
}

/** The same objects, none of which counts as compared. */
export function toNotCompared(counts: ChangeCounts): ChangeCounts {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...noChanges, notCompared: all };
}
