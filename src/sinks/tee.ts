import type { ReportSink } from './sink.ts';

/**
 * Several sinks as one. Each gets every report, also when another fails; the first failure is the one that is seen. The
 * outcome of a write is the first sink's, and so is what is stored.
 */
export function createTee(first: ReportSink, ...others: readonly ReportSink[]): ReportSink {
  const sinks = [first, ...others];
  return {
    open: async (run, scope, signal) => {
      await everySettled(sinks.map((sink) => sink.open(run, scope, signal)));
    },
    countStored: (type) => first.countStored?.(type),
    write: async (report, signal) => {
      const outcome = first.write(report, signal);
      await everySettled([outcome, ...others.map((sink) => sink.write(report, signal))]);
      return outcome;
    },
    close: async (mayDelete, signal) => {
      const outcomes = await everySettled(sinks.map((sink) => sink.close(mayDelete, signal)));
      return {
        deleted: outcomes.reduce((sum, { deleted }) => sum + deleted, 0),
        incidents: outcomes.flatMap(({ incidents }) => incidents),
        kept: outcomes.flatMap(({ kept }) => kept),
        keptResults: outcomes.reduce((sum, { keptResults = 0 }) => sum + keptResults, 0),
      };
    },
  };
}

/** Waits for all, so that none goes on unseen after the failure of another. */
async function everySettled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
