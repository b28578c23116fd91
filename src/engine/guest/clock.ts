import { hrtime } from 'node:process';

/** The machine's monotonic clock, in milliseconds; it is the same in all threads. */
export function monotonicMs(): number {
  return Number(hrtime.bigint()) / 1e6;
}
