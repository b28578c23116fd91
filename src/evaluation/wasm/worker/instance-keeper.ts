import type { Isolation } from '../protocol.ts';
import type { GuestMemory } from './guest-memory.ts';
import { type Beginning, rememberBeginning, rewind } from './rewinder.ts';

const maxUses = 1000;
const maxGrowth = 8;
const maxBytes = 64 * 2 ** 20;

/** Keeps an instance for the next evaluation, if that may have it. */
export type InstanceKeeper = {
  readonly take: () => WebAssembly.Instance;
  /** `sound` is false after a failure, because then nobody knows what state the instance is in. */
  readonly put: (sound: boolean) => void;
};

export type InstanceKeeperOptions = {
  readonly isolation: Isolation;
  readonly create: () => WebAssembly.Instance;
  /** That of the instance that was created last. */
  readonly memory: GuestMemory;
};

export function createInstanceKeeper(options: InstanceKeeperOptions): InstanceKeeper {
  return options.isolation === 'fresh' ? keepIfRewound(options) : keepUntilAged(options);
}

/** Every evaluation has an instance that nothing was evaluated in: another one, or the same with all of its state set back. */
function keepIfRewound({ create, memory }: InstanceKeeperOptions): InstanceKeeper {
  let kept: Fresh | undefined;
  const begin = (): Fresh => {
    const instance = create();
    return { instance, beginning: rememberBeginning(instance, memory) };
  };
  return {
    take: () => (kept ??= begin()).instance,
    put: (sound) => {
      const isRewound = sound && kept?.beginning !== undefined && rewind(kept.beginning, memory);
      if (!isRewound) kept = undefined;
    },
  };
}

type Fresh = { readonly instance: WebAssembly.Instance; readonly beginning: Beginning | undefined };

function keepUntilAged({ create, memory }: InstanceKeeperOptions): InstanceKeeper {
  let kept: Aging | undefined;
  return {
    take: () => (kept ??= { instance: create(), bytesAfterFirst: undefined, uses: 0 }).instance,
    put: (sound) => {
      if (kept === undefined || !sound) {
        kept = undefined;
        return;
      }
      const bytes = memory.size();
      kept.bytesAfterFirst ??= bytes;
      kept.uses += 1;
      if (kept.uses >= maxUses || bytes > maxBytes || bytes > kept.bytesAfterFirst * maxGrowth)
        kept = undefined;
    },
  };
}

/** `bytesAfterFirst` is the size of its memory after the first use. */
type Aging = {
  readonly instance: WebAssembly.Instance;
  bytesAfterFirst: number | undefined;
  uses: number;
};
