/**
 * What the main thread must know about a worker that cannot talk, because a guest runs in it: which task, since when.
 */
export type SharedState = { readonly words: Int32Array; readonly deadline: Float64Array };

const idle = -1;
const taskWord = 0;
const memberWord = 1;
/** Wakes a worker that waits for the answer to a host call. */
export const answerWord = 2;
/** Counts what shows that an answer is on its way. */
export const progressWord = 3;
const wordsBytes = 16;

export function createSharedState(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(wordsBytes + Float64Array.BYTES_PER_ELEMENT);
  markIdle(viewSharedState(buffer));
  return buffer;
}

export function viewSharedState(buffer: SharedArrayBuffer): SharedState {
  return { words: new Int32Array(buffer, 0, 4), deadline: new Float64Array(buffer, wordsBytes, 1) };
}

/** The deadline is set last and cleared first, so that it never belongs to another task than the one that is read with it. */
export function markRunning(
  { words, deadline }: SharedState,
  running: { readonly task: number; readonly member: number; readonly deadlineMs: number },
): void {
  Atomics.store(words, memberWord, running.member);
  Atomics.store(words, taskWord, running.task);
  deadline[0] = running.deadlineMs;
}

export function markIdle({ words, deadline }: SharedState): void {
  deadline[0] = Number.POSITIVE_INFINITY;
  Atomics.store(words, taskWord, idle);
}

/** Stops the clock of the running guest, or lets it go on with this deadline. */
export function setDeadline({ deadline }: SharedState, deadlineMs: number): void {
  deadline[0] = deadlineMs;
}

export function readDeadline({ deadline }: SharedState): number {
  return deadline[0] ?? Number.POSITIVE_INFINITY;
}

export function readRunning({ words }: SharedState): { task: number; member: number } {
  return { task: Atomics.load(words, taskWord), member: Atomics.load(words, memberWord) };
}
