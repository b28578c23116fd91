import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { monotonicMs } from '../guest/clock.ts';
import type { RunnableProgram } from '../program/program.ts';
import type { FromWorker, HostAnswer, Task, ToWorker, WorkerStart } from './protocol.ts';
import {
  answerWord,
  createSharedState,
  progressWord,
  readDeadline,
  readRunning,
  viewSharedState,
} from './shared-state.ts';

/** What a worker is asked to do. `review` is undefined for a check of the settings. */
export type Order = {
  readonly program: number;
  readonly review: Uint8Array | undefined;
  readonly expired: readonly number[];
};

/** The order that was running when a worker ended, if one was; `member` counts the members of a group. */
export type Interrupted = { readonly id: number; readonly member: number; readonly expired: boolean };

export type WorkerThreadOptions = Pick<WorkerStart, 'roomBytes'> & {
  readonly programs: readonly RunnableProgram[];
  readonly onMessage: (message: FromWorker, thread: WorkerThread) => void;
  /** Called once, when the thread has ended for whatever reason. */
  readonly onEnd: (thread: WorkerThread, interrupted: Interrupted | undefined, reason: string) => void;
};

/** Guests are limited by the size of WebAssembly memories; this bounds what the host keeps for them. */
const resourceLimits = { maxOldGenerationSizeMb: 256 };

/** TypeScript leaves this path as it is, so it has to name the file that is there: the source, or what was built from it. */
const entry = new URL(`entry.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

export class WorkerThread {
  readonly #worker: Worker;
  readonly #answers: MessagePort;
  readonly #state;
  #terminated = false;

  constructor({ roomBytes, programs, onMessage, onEnd }: WorkerThreadOptions) {
    const { port1, port2 } = new MessageChannel();
    const buffer = createSharedState();
    this.#answers = port1;
    this.#state = viewSharedState(buffer);
    this.#worker = new Worker(entry, {
      workerData: { state: buffer, answers: port2, roomBytes, programs },
      transferList: [port2],
      resourceLimits,
      execArgv: [],
      name: 'policies',
    });
    this.#worker.unref();
    let reason = 'it ended unexpectedly';
    this.#worker.on('message', (message: FromWorker) => {
      onMessage(message, this);
    });
    this.#worker.on('error', (error) => {
      reason = describe(error);
    });
    this.#worker.on('exit', () => {
      this.#answers.close();
      onEnd(this, this.#readInterrupted(), reason);
    });
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message, message.type === 'batch' ? [message.bytes.buffer] : []);
  }

  /** Wakes the worker, which waits for this. */
  answer(answer: HostAnswer): void {
    this.#answers.postMessage(answer);
    Atomics.store(this.#state.words, answerWord, 1);
    Atomics.notify(this.#state.words, answerWord);
  }

  /** Lets the worker, if it waits for an answer, go on waiting: what it waits for is on its way. */
  encourage(): void {
    Atomics.add(this.#state.words, progressWord, 1);
    Atomics.notify(this.#state.words, answerWord);
  }

  /** True if a guest runs for longer than it may. */
  isOverdue(): boolean {
    return readDeadline(this.#state) <= monotonicMs();
  }

  /** A busy worker keeps the process alive, and so does one that is being ended, whatever it still says: somebody waits for that. */
  setBusy(busy: boolean): void {
    if (this.#terminated) return;
    if (busy) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    this.#terminated = true;
    await this.#worker.terminate();
  }

  #readInterrupted(): Interrupted | undefined {
    const { task, member } = readRunning(this.#state);
    const expired = this.isOverdue();
    // Ended by us for a task that was done just then: the one that has begun since is not to blame.
    const blameless = this.#terminated && !expired;
    return task < 0 || blameless ? undefined : { id: task, member, expired };
  }
}

/** Packs orders into one message; each review that several policies are asked about is in it once. */
export function packBatch(orders: ReadonlyMap<number, Order>): ToWorker {
  const offsets = new Map<Uint8Array, number>();
  let size = 0;
  for (const { review } of orders.values()) {
    if (review === undefined || offsets.has(review)) continue;
    offsets.set(review, size);
    size += review.length;
  }
  const bytes = new Uint8Array(size);
  for (const [review, offset] of offsets) bytes.set(review, offset);
  const tasks = [...orders].map(([id, { program, review, expired }]): Task => {
    const offset = review === undefined ? undefined : offsets.get(review);
    const range =
      review === undefined || offset === undefined ? undefined : ([offset, offset + review.length] as const);
    return { id, program, review: range, expired };
  });
  return { type: 'batch', bytes, tasks };
}

function describe(error: unknown): string {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (outOfMemory) return 'it ran out of memory';
  return error instanceof Error ? error.message : String(error);
}
