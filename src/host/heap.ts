import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Larger, the space for new objects makes no scan faster that was measured. */
const enoughBytes = 8 * 2 ** 20;

/**
 * Keeps the heap small without flags on the command line, which only an image can give. The limits of the heap are read when the
 * process starts, but how it grows is asked at each collection. `streaming` says that little lives for longer than an object is
 * audited.
 */
export function limitHeap({ streaming }: { readonly streaming: boolean }): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young === undefined || young.space_size < enoughBytes) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
  // V8 lets the heap grow to several times what lives in it before it collects, which a stream never needs. Less than twice would save
  // little, and cost a fifth of the CPU of a run that asks nobody.
  if (streaming) setFlagsFromString('--heap-growing-percent=100');
}
