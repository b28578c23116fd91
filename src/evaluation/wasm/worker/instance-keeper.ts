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
  let kept:
    | { readonly instance: WebAssembly.Instance; readonly beginning: Beginning | undefined }
    | undefined;
  return {
    take: () => {
      if (kept !== undefined) return kept.instance;
      const instance = create();
      kept = { instance, beginning: rememberBeginning(instance, memory) };
      return instance;
    },
    put: (sound) => {
      const isRewound = sound && kept?.beginning !== undefined && rewind(kept.beginning, memory);
      if (!isRewound) kept = undefined;
    },
  };
}

function keepUntilAged({ create, memory }: InstanceKeeperOptions): InstanceKeeper {
  let kept: WebAssembly.Instance | undefined;
  let usedBytes: number | undefined;
  let uses = 0;
  return {
    take: () => {
      if (kept === undefined) [kept, usedBytes, uses] = [create(), undefined, 0];
      return kept;
    },
    put: (sound) => {
      const bytes = kept === undefined ? 0 : memory.size();
      usedBytes ??= bytes;
      uses += 1;
      const isAged = uses >= maxUses || bytes > maxBytes || bytes > usedBytes * maxGrowth;
      if (!sound || isAged) kept = undefined;
    },
  };
}
