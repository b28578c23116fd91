import type { AdmissionResponse, SettingsResponse } from '../program/admission-response.ts';
import type { RunnableModule } from '../program/program.ts';
import type { Host } from './host.ts';
import type { Room } from './instance-keeper.ts';

/** A policy that can be asked. It never throws for what a guest does: that is an answer too. */
export type Guest = {
  /** `review` is the text of `{"request":…}` in UTF-8. */
  readonly validate: (review: Uint8Array) => AdmissionResponse;
  readonly validateSettings: () => SettingsResponse;
};

export type GuestOptions = {
  readonly program: RunnableModule;
  readonly host: Host;
  /** What the instances of all guests of this thread may take. */
  readonly room: Room;
};

/** Thrown through the guest when it asks to be ended. */
export class GuestExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the policy exited with status ${code}`);
    this.name = 'GuestExit';
    this.code = code;
  }
}

/** What ended a guest, in one line. */
export function describeTrap(thrown: unknown): string {
  if (thrown instanceof GuestExit) return `Exited with i32 exit status ${thrown.code}`;
  if (thrown instanceof WebAssembly.RuntimeError) return `wasm trap: ${thrown.message}`;
  if (thrown instanceof RangeError)
    return /call stack/i.test(thrown.message)
      ? 'wasm trap: call stack exhausted'
      : 'wasm trap: out of bounds memory access';
  return `wasm trap: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

/** `{"request":…}` and the settings as `{"request":…,"settings":…}`, without reading the request. */
export function spliceSettings(review: Uint8Array, settings: Uint8Array): Uint8Array {
  const spliced = Buffer.allocUnsafe(review.length + settingsKey.length + settings.length);
  spliced.set(review);
  spliced.set(settingsKey, review.length - 1);
  spliced.set(settings, review.length - 1 + settingsKey.length);
  spliced[spliced.length - 1] = closingBrace;
  return spliced;
}

const settingsKey = new TextEncoder().encode(',"settings":');
const closingBrace = 0x7d;

export function getFunction(
  instance: WebAssembly.Instance,
  name: string,
): ((...parameters: number[]) => number) | undefined {
  const exported = instance.exports[name];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- WebAssembly has numbers only, but for 64-bit integers, which throw
  return typeof exported === 'function' ? (exported as (...parameters: number[]) => number) : undefined;
}

export function getMemory(instance: WebAssembly.Instance): WebAssembly.Memory {
  const { memory } = instance.exports;
  if (memory instanceof WebAssembly.Memory) return memory;
  throw new TypeError('the module exports no memory');
}
