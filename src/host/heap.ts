import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Larger, the space for new objects makes no scan faster that was measured. */
const enoughBytes = 32 * 2 ** 20;
/** Where policies are evaluated in this process, their memories need the room, and this thread has little to do. */
const enoughBesidePolicies = 8 * 2 ** 20;

export type HeapUse = {
  /** Whether little lives for longer than an object is audited. */
  readonly streaming: boolean;
  /** Whether policies are evaluated in this process. */
  readonly besidePolicies: boolean;
  /** Whether what is read lives to the end, and nearly all else is gone at once. */
  readonly holding?: true;
};

/**
 * Keeps the heap small without flags on the command line, which only an image can give. The limits of the heap are read when the
 * process starts, but how it grows is asked at each collection.
 */
export function limitHeap({ streaming, besidePolicies, holding }: HeapUse): void {
  const enough = holding === true || (streaming && besidePolicies) ? enoughBesidePolicies : enoughBytes;
  if (!stopsGrowing(enough)) {
    const observer = new PerformanceObserver(() => {
      if (stopsGrowing(enough)) observer.disconnect();
    });
    observer.observe({ entryTypes: ['gc'] });
  }
  // V8 lets the heap grow to several times what lives in it before it collects, which a stream never needs. Less than twice would save
  // little, and cost a fifth of the CPU of a run that asks nobody.
  if (streaming) setFlagsFromString('--heap-growing-percent=100');
}

/** Whether the space for new objects is large enough, and stays as it is from now on. */
function stopsGrowing(enough: number): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (young === undefined || young.space_size < enough) return false;
  setFlagsFromString('--semi-space-growth-factor=1');
  return true;
}
