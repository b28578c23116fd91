import { setFlagsFromString } from 'node:v8';

/** Elements of each table of a guest. V8 keeps them in the heap, and for each a few words. Large modules of Go have ten thousand. */
const maxTableSize = 200_000;

/** As good as never; V8 counts in 31 bits. */
const never = 2 ** 30;

/**
 * What the engine needs of V8, for the whole process. It has to be there before a module is compiled, and again before a thread begins.
 * `maxMemoryPages` is the ceiling of each memory of a guest, in pages of 64 KiB.
 */
export function setV8Flags(maxMemoryPages: number): void {
  for (const flag of v8Flags(maxMemoryPages)) setFlagsFromString(flag);
}

/** The flags are those of V8, not an interface of Node: a test holds that there are such. */
export function v8Flags(maxMemoryPages: number): readonly string[] {
  return [
    `--wasm-max-mem-pages=${maxMemoryPages}`,
    `--wasm-max-table-size=${maxTableSize}`,
    // What an evaluation needs dies young: at the 1 MiB that a thread begins with, much of it is kept for long.
    '--min-semi-space-size=4',
    // V8 13.6 shares the compiled way from guests to functions of their host among all threads, and frees it while another thread finds it
    // there: the process dies (SIGSEGV in Runtime_TierUpWasmToJSWrapper). The generic way is as fast here.
    `--wasm-wrapper-tiering-budget=${never}`,
  ];
}
