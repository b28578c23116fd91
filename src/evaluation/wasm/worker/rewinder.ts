import { stateExport } from '../rewindable.ts';
import type { GuestMemory } from './guest-memory.ts';

/** What an instance was when it was made. */
export type Beginning = {
  readonly memory: Uint8Array;
  readonly globals: readonly (readonly [global: WebAssembly.Global, value: number | bigint])[];
};

/** Copying more takes as long as making an instance. */
const maxBytes = 256 * 2 ** 10;

/** The state of a rewindable module's new instance; undefined for another module, or where making a new one is cheaper. */
export function rememberBeginning(
  instance: WebAssembly.Instance,
  memory: GuestMemory,
): Beginning | undefined {
  const globals = Object.entries(instance.exports).flatMap(([name, exported]) =>
    name.startsWith(stateExport) && exported instanceof WebAssembly.Global
      ? [[exported, exported.value] as const]
      : [],
  );
  // Of the many numbers that are none, JavaScript knows one.
  const isExact = globals.every(([, value]) => !Number.isNaN(value));
  if (globals.length === 0 || !isExact || memory.size() > maxBytes) return undefined;
  return { memory: memory.copy(0, memory.size()), globals };
}

/** False for a memory that has grown: it cannot be made smaller. */
export function rewind(beginning: Beginning, memory: GuestMemory): boolean {
  if (memory.size() !== beginning.memory.length) return false;
  memory.write(0, beginning.memory);
  for (const [global, value] of beginning.globals) global.value = value;
  return true;
}
