import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the memory of a long run flat. V8 doubles its young generation up to 128 MiB and lets the old one grow to several times
 * what lives in it, which a scan that streams its objects never needs. Limits of the heap (`--max-old-space-size`,
 * `--max-semi-space-size`) are fixed when the process starts; these two are read at every collection.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=25');
}
