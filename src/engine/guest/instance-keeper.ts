import { monotonicMs } from './clock.ts';
import type { GuestMemory } from './guest-memory.ts';
import { type Beginning, rememberBeginning, rewind } from './rewinder.ts';
import type { StartWitness } from './start-witness.ts';

/**
 * How old the start of an instance may be that asked for the time or for random numbers. A new one could as well have been kept waiting
 * for so long between its start and its question: an evaluation has more time than that.
 */
const maxMomentMs = 1000;

/** If the memory of an instance has grown by more than this, comparing it takes too long. */
const maxGrowthBytes = 16 * 2 ** 20;

/** The memory that all kept instances of a thread may take, in bytes. */
export type Room = {
  /** Takes so much more, or gives it back if it is negative. False, and nothing is taken, where there is not enough. */
  readonly take: (bytes: number) => boolean;
};

export function createRoom(bytes: number): Room {
  let left = bytes;
  return {
    take: (wanted) => {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
  };
}

/** Has an instance for each evaluation that is as good as new: it is, or it was set back to what it was when it had started. */
export type InstanceKeeper = {
  /** Throws what `run` throws, and a RuntimeError of WebAssembly if the guest wrote behind the end of its memory. */
  readonly use: <T>(run: (instance: WebAssembly.Instance) => T) => T;
};

export type InstanceKeeperOptions = {
  /** Whether the module is one that `makeRewindable` made. */
  readonly rewindable: boolean;
  /** Makes an instance and starts it. */
  readonly create: () => WebAssembly.Instance;
  /** Hears all that the instance asks for while it is created. */
  readonly witness: StartWitness;
  /** That of the instance that was created last. */
  readonly memory: GuestMemory;
  readonly room: Room;
  readonly nowMs?: () => number;
};

type Kept = {
  readonly instance: WebAssembly.Instance;
  /** Undefined for an instance that is not used again. */
  readonly beginning: Beginning | undefined;
  /** Undefined if it does not matter. */
  readonly startedMs: number | undefined;
  /** How much of the shared memory it uses. */
  bytes: number;
};

export function createInstanceKeeper(options: InstanceKeeperOptions): InstanceKeeper {
  return new Keeper(options);
}

class Keeper implements InstanceKeeper {
  readonly #options: InstanceKeeperOptions;
  readonly #nowMs: () => number;
  #kept: Kept | undefined;

  constructor(options: InstanceKeeperOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? monotonicMs;
  }

  use<T>(run: (instance: WebAssembly.Instance) => T): T {
    const used = this.#take();
    const done = attempt(() => run(used.instance));
    if (!this.#setBack(used)) throw new WebAssembly.RuntimeError('memory access out of bounds');
    if ('thrown' in done) throw done.thrown;
    return done.value;
  }

  #take(): Kept {
    const startedMs = this.#kept?.startedMs;
    if (startedMs !== undefined && this.#nowMs() - startedMs > maxMomentMs) this.#drop();
    const kept = (this.#kept ??= this.#start());
    if (kept.startedMs !== undefined) this.#options.witness.look();
    return kept;
  }

  #start(): Kept {
    const { rewindable, create, witness, memory } = this.#options;
    witness.begin();
    const startedMs = this.#nowMs();
    const instance = create();
    const asked = witness.asked();
    return {
      instance,
      beginning: rewindable && asked !== 'effect' ? rememberBeginning(instance, memory) : undefined,
      startedMs: asked === 'nothing' ? undefined : startedMs,
      bytes: 0,
    };
  }

  /** False if the guest wrote where it has no memory. */
  #setBack(used: Kept): boolean {
    if (used.beginning === undefined) {
      this.#drop();
      return true;
    }
    const isWithin = rewind(used.beginning, this.#options.memory);
    if (!this.#fits(used, used.beginning)) this.#drop();
    return isWithin;
  }

  #fits(used: Kept, beginning: Beginning): boolean {
    const { length } = this.#options.memory.all();
    const bytes = beginning.bytes + length;
    if (length - beginning.memoryBytes > maxGrowthBytes) return false;
    if (!this.#options.room.take(bytes - used.bytes)) return false;
    used.bytes = bytes;
    return true;
  }

  #drop(): void {
    this.#options.room.take(-(this.#kept?.bytes ?? 0));
    this.#kept = undefined;
  }
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly thrown: unknown } {
  try {
    return { value: run() };
  } catch (thrown) {
    return { thrown };
  }
}
