import type { Isolation } from '../protocol.ts';

const maxUses = 1000;
const maxGrowth = 8;
const maxBytes = 64 * 2 ** 20;

type Kept = { readonly instance: WebAssembly.Instance; readonly initialBytes: number; uses: number };

/** Keeps an instance for the next evaluation, unless every evaluation gets its own, or the instance has aged. */
export type InstanceKeeper = {
  readonly take: () => WebAssembly.Instance;
  /** `bytes` is the size of its memory now; undefined after a failure, because then nobody knows what state it is in. */
  readonly put: (instance: WebAssembly.Instance | undefined, bytes: number | undefined) => void;
};

export function createInstanceKeeper(
  isolation: Isolation,
  create: () => WebAssembly.Instance,
): InstanceKeeper {
  let kept: Kept | undefined;
  return {
    take: () => kept?.instance ?? create(),
    put: (instance, bytes) => {
      if (isolation === 'fresh' || instance === undefined || bytes === undefined) {
        kept = undefined;
        return;
      }
      kept ??= { instance, initialBytes: bytes, uses: 0 };
      kept.uses += 1;
      if (kept.uses >= maxUses || bytes > maxBytes || bytes > kept.initialBytes * maxGrowth) kept = undefined;
    },
  };
}
