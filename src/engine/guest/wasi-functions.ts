import { randomFillSync } from 'node:crypto';
import { monotonicMs } from './clock.ts';
import { GuestExit } from './guest.ts';
import { encodeText, type GuestMemory } from './guest-memory.ts';
import type { HostFunctions } from './imports.ts';

/** What a guest sees of the world: its arguments and three streams. There are no files, no environment and no network. */
export type WasiWorld = {
  readonly arguments: () => readonly string[];
  /** Takes at most this many bytes from standard input; none at its end. */
  readonly stdin: (maxBytes: number) => Uint8Array;
  /** Descriptor 1 or 2. */
  readonly write: (descriptor: number, bytes: Uint8Array) => void;
};

const success = 0;
const badDescriptor = 8;
const invalid = 28;
const notSeekable = 70;

/** The functions of WASI preview 1 that programs without files use. Numbers of 64 bits arrive as bigint. */
export function createWasi(memory: GuestMemory, world: WasiWorld): HostFunctions {
  const words = (): readonly Uint8Array[] => world.arguments().map((argument) => encodeText(`${argument}\0`));
  return {
    proc_exit: (code: number) => {
      throw new GuestExit(code >>> 0);
    },
    random_get: (address: number, length: number) => {
      randomFillSync(memory.view(address, length));
      return success;
    },
    sched_yield: () => success,
    clock_time_get: (clock: number, _precision: bigint, address: number) => {
      memory.data().setBigUint64(address >>> 0, readClock(clock), true);
      return success;
    },
    clock_res_get: (_clock: number, address: number) => {
      memory.data().setBigUint64(address >>> 0, 1n, true);
      return success;
    },
    ...createStrings('args', words, memory),
    ...createStrings('environ', () => [], memory),
    ...createStreams(memory, world),
    ...createDescriptors(memory),
    ...createPolling(memory),
  };
}

/** Both the arguments and the environment are a list of addresses and the texts they lead to. */
function createStrings(
  prefix: string,
  list: () => readonly Uint8Array[],
  memory: GuestMemory,
): HostFunctions {
  return {
    [`${prefix}_sizes_get`]: (count: number, bytes: number) => {
      const strings = list();
      const total = strings.reduce((sum, { length }) => sum + length, 0);
      memory.data().setUint32(count >>> 0, strings.length, true);
      memory.data().setUint32(bytes >>> 0, total, true);
      return success;
    },
    [`${prefix}_get`]: (addresses: number, buffer: number) => {
      let at = buffer >>> 0;
      for (const [index, text] of list().entries()) {
        memory.data().setUint32((addresses >>> 0) + index * 4, at, true);
        memory.write(at, text);
        at += text.length;
      }
      return success;
    },
  };
}

function createStreams(memory: GuestMemory, world: WasiWorld): HostFunctions {
  /** The pieces of memory that a list of (address, length) pairs describes. */
  function* pieces(list: number, count: number): Generator<Uint8Array> {
    for (let i = 0; i < count >>> 0; i += 1) {
      const at = (list >>> 0) + i * 8;
      const data = memory.data();
      yield memory.view(data.getUint32(at, true), data.getUint32(at + 4, true));
    }
  }
  const setCount = (address: number, count: number): number => {
    memory.data().setUint32(address >>> 0, count, true);
    return success;
  };
  return {
    fd_write: (...[descriptor, list, count, written]: [number, number, number, number]) => {
      if (descriptor !== 1 && descriptor !== 2) return badDescriptor;
      let total = 0;
      for (const piece of pieces(list, count)) {
        world.write(descriptor, piece);
        total += piece.length;
      }
      return setCount(written, total);
    },
    fd_read: (...[descriptor, list, count, read]: [number, number, number, number]) => {
      if (descriptor !== 0) return badDescriptor;
      let total = 0;
      for (const piece of pieces(list, count)) {
        const bytes = world.stdin(piece.length);
        piece.set(bytes);
        total += bytes.length;
        if (bytes.length < piece.length) break;
      }
      return setCount(read, total);
    },
  };
}

function createDescriptors(memory: GuestMemory): HostFunctions {
  return {
    fd_close: () => success,
    fd_seek: () => notSeekable,
    fd_fdstat_get: (descriptor: number, address: number) => {
      if (descriptor < 0 || descriptor > 2) return badDescriptor;
      const characterDevice = 2;
      const data = memory.data();
      data.setBigUint64(address >>> 0, BigInt(characterDevice), true);
      data.setBigUint64((address >>> 0) + 8, allRights, true);
      data.setBigUint64((address >>> 0) + 16, allRights, true);
      return success;
    },
    fd_fdstat_set_flags: () => success,
    fd_prestat_get: () => badDescriptor,
    fd_prestat_dir_name: () => badDescriptor,
  };
}

const allRights = 0xffff_ffff_ffff_ffffn;
const subscriptionBytes = 48;
const eventBytes = 32;
const clockSubscription = 0;

/** Waits for the clock only: the streams are always ready. */
function createPolling(memory: GuestMemory): HostFunctions {
  const never = new Int32Array(new SharedArrayBuffer(4));
  return {
    poll_oneoff: (...[subscriptions, events, count, stored]: [number, number, number, number]) => {
      if (count === 0) return invalid;
      const delays: number[] = [];
      for (let i = 0; i < count >>> 0; i += 1) {
        const from = (subscriptions >>> 0) + i * subscriptionBytes;
        const to = (events >>> 0) + i * eventBytes;
        delays.push(readDelayMs(memory.data(), from));
        answerPoll(memory.data(), from, to);
      }
      // Asleep, the thread can still be ended from outside when the policy's time is over.
      Atomics.wait(never, 0, 0, Math.min(...delays));
      memory.data().setUint32(stored >>> 0, count >>> 0, true);
      return success;
    },
  };
}

function readDelayMs(data: DataView, subscription: number): number {
  if (data.getUint8(subscription + 8) !== clockSubscription) return 0;
  const timeout = data.getBigUint64(subscription + 24, true);
  const absolute = (data.getUint16(subscription + 40, true) & 1) === 1;
  const ns = absolute ? timeout - readClock(data.getUint32(subscription + 16, true)) : timeout;
  return ns > 0n ? Number(ns) / 1e6 : 0;
}

function answerPoll(data: DataView, subscription: number, event: number): void {
  const userData = data.getBigUint64(subscription, true);
  const type = data.getUint8(subscription + 8);
  for (let at = event; at < event + eventBytes; at += 8) data.setBigUint64(at, 0n, true);
  data.setBigUint64(event, userData, true);
  data.setUint8(event + 10, type);
}

/** Nanoseconds since 1970 for clock 0, since some moment for the others. */
function readClock(clock: number): bigint {
  if (clock !== 0) return BigInt(Math.round(monotonicMs() * 1e6));
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}
