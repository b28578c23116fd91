import { clearInterval, setImmediate, setInterval } from 'node:timers';
import { type HostCapabilities, UnreadableRequest } from '../capabilities/host-capabilities.ts';
import type { RunnableProgram } from '../program/program.ts';
import type { FromWorker, GuestLog, HostRequest, TaskResult } from './protocol.ts';
import { setV8Flags } from './v8-flags.ts';
import { type Interrupted, type Order, packBatch, WorkerThread } from './worker-thread.ts';

export type PoolOptions = {
  readonly workers: number;
  readonly mayUse?: (() => number) | undefined;
  /** The ceiling of each memory of a guest, in pages of 64 KiB. It holds for the whole process. */
  readonly maxMemoryPages: number;
  readonly hostCapabilities: HostCapabilities;
  /** The policy that a program belongs to. */
  readonly nameOf: (program: number) => string;
  readonly onLog: (log: GuestLog) => void;
};

/**
 * What came of an order: an answer; nothing, because its time was over; nothing, because the program has used up its time too
 * often to be asked again; or the worker ended while it ran.
 */
export type PoolResult =
  | TaskResult
  | { readonly timedOut: true }
  | { readonly abandoned: true }
  | { readonly died: string };

type Job = {
  readonly program: number;
  readonly review: Uint8Array | undefined;
  readonly signal: AbortSignal;
  readonly resolve: (result: PoolResult) => void;
  readonly reject: (reason: unknown) => void;
  /** Members of a group that used up their time in earlier attempts. */
  readonly expired: number[];
  /** How often a worker ended with this job in hand, but not running. */
  setbacks: number;
};

const batchSize = 64;
const lowWater = 32;
const maxSetbacks = 3;
/**
 * What instances that wait for their next evaluation may take, in all threads. With two threads it is enough for a hundred policies in Rust
 * or TinyGo; beyond that, each evaluation gets a new instance.
 */
const maxKeptBytes = 256 * 2 ** 20;
/** A program that has used up its time this often is not run any more. */
export const maxTimeouts = 3;
const watchEveryMs = 20;

/**
 * Spreads evaluations over worker threads. A worker whose guest exceeds its time is ended from outside, which is the only way,
 * and what else it had in hand goes to another.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #programs: RunnableProgram[] = [];
  readonly #threads = new Map<WorkerThread, Map<number, Job>>();
  readonly #watched = new WeakSet<AbortSignal>();
  readonly #closing = new AbortController();
  readonly #timeouts = new Map<number, number>();
  #queue: Job[] = [];
  #lastId = 0;
  #scheduled = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    setV8Flags(options.maxMemoryPages);
    options.hostCapabilities.onProgress?.(() => {
      for (const thread of this.#threads.keys()) thread.encourage();
    });
  }

  /** Makes the program known to all workers, and returns the number by which it is run. */
  define(program: RunnableProgram): number {
    this.#programs.push(program);
    for (const thread of this.#threads.keys()) thread.send({ type: 'define', program });
    return this.#programs.length - 1;
  }

  /** Evaluates the program on the review, or checks its settings if there is none. Rejects only when the signal aborts. */
  run(
    order: { readonly program: number; readonly review: Uint8Array | undefined },
    signal: AbortSignal,
  ): Promise<PoolResult> {
    signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    this.#rejectOnAbort(signal);
    return new Promise((resolve, reject) => {
      const job = { ...order, signal, resolve, reject, expired: [], setbacks: 0 };
      if (this.#abandon(job)) return;
      this.#queue.push(job);
      this.#schedule();
    });
  }

  async close(): Promise<void> {
    const reason = new Error('the engine was closed');
    this.#closing.abort(reason);
    clearInterval(this.#watch);
    for (const job of this.#allJobs()) job.reject(reason);
    this.#queue = [];
    await Promise.all([...this.#threads.keys()].map((thread) => thread.terminate()));
  }

  /** Lets all that is asked for in one go travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#closing.signal.aborted || this.#queue.length === 0) return;
    const { workers, mayUse } = this.#options;
    const most = Math.min(workers, mayUse?.() ?? workers);
    while (this.#threads.size < Math.min(most, this.#queue.length + this.#busy())) this.#spawn();
    const free = [...this.#threads]
      .filter(([, jobs]) => jobs.size < lowWater)
      .sort(([, a], [, b]) => a.size - b.size);
    const share = Math.ceil(this.#queue.length / Math.max(1, free.length));
    for (const [thread, jobs] of free)
      this.#send(thread, jobs, this.#queue.splice(0, Math.min(share, batchSize - jobs.size)));
  }

  #busy(): number {
    return [...this.#threads.values()].filter((jobs) => jobs.size > 0).length;
  }

  #spawn(): void {
    setV8Flags(this.#options.maxMemoryPages);
    const thread = new WorkerThread({
      roomBytes: maxKeptBytes / this.#options.workers,
      programs: [...this.#programs],
      onMessage: (message, from) => {
        this.#onMessage(message, from);
      },
      onEnd: (ended, interrupted, reason) => {
        this.#onEnd(ended, interrupted, reason);
      },
    });
    this.#threads.set(thread, new Map());
    this.#watch ??= setInterval(() => {
      this.#endOverdue();
    }, watchEveryMs).unref();
  }

  #send(thread: WorkerThread, jobs: Map<number, Job>, taken: readonly Job[]): void {
    if (taken.length === 0) return;
    const orders = new Map<number, Order>();
    for (const job of taken) {
      // Numbers return to zero long after the job that had them before is done.
      this.#lastId = (this.#lastId + 1) % 2 ** 31;
      jobs.set(this.#lastId, job);
      orders.set(this.#lastId, { program: job.program, review: job.review, expired: job.expired });
    }
    thread.setBusy(true);
    thread.send(packBatch(orders));
  }

  #onMessage(message: FromWorker, thread: WorkerThread): void {
    if (message.type === 'host') {
      void this.#answerHostCall(message.request, thread);
      return;
    }
    for (const log of message.logs) this.#options.onLog(log);
    const jobs = this.#threads.get(thread);
    if (jobs === undefined) return;
    for (const result of message.results) {
      jobs.get(result.id)?.resolve(result);
      jobs.delete(result.id);
    }
    if (jobs.size === 0) thread.setBusy(false);
    this.#schedule();
  }

  async #answerHostCall(request: HostRequest, thread: WorkerThread): Promise<void> {
    const { id } = request;
    try {
      const call = { ...request, policy: this.#options.nameOf(request.program) };
      const payload = await this.#options.hostCapabilities.call(call, this.#closing.signal);
      thread.answer({ id, payload });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const isRequest = error instanceof UnreadableRequest;
      thread.answer({ id, error: isRequest ? why : `Callback evaluation failure: ${why}` });
    }
  }

  #endOverdue(): void {
    for (const thread of this.#threads.keys()) if (thread.isOverdue()) void thread.terminate();
  }

  #onEnd(thread: WorkerThread, interrupted: Interrupted | undefined, reason: string): void {
    const jobs = this.#threads.get(thread) ?? new Map<number, Job>();
    this.#threads.delete(thread);
    const again: Job[] = [];
    for (const [id, job] of jobs) {
      if (id === interrupted?.id) {
        if (this.#interrupt(job, interrupted, reason)) again.push(job);
      } else if (this.#mayTryAgain(job, interrupted, reason)) again.push(job);
    }
    this.#queue = [...again, ...this.#queue].filter((job) => !this.#abandon(job));
    this.#schedule();
  }

  /** True if the job goes on: a group does, without the member that used up its time. */
  #interrupt(job: Job, { member, expired }: Interrupted, reason: string): boolean {
    if (!expired) {
      job.resolve({ died: reason });
      return false;
    }
    this.#timeouts.set(job.program, (this.#timeouts.get(job.program) ?? 0) + 1);
    const isGroup = this.#programs[job.program]?.kind === 'group';
    if (isGroup && job.review !== undefined) job.expired.push(member);
    else job.resolve({ timedOut: true });
    return isGroup && job.review !== undefined;
  }

  #abandon({ program, resolve }: Job): boolean {
    const abandoned = (this.#timeouts.get(program) ?? 0) >= maxTimeouts;
    if (abandoned) resolve({ abandoned });
    return abandoned;
  }

  /** A job that did not run is not to blame; but workers that end on their own, time and again, are given up. */
  #mayTryAgain(job: Job, interrupted: Interrupted | undefined, reason: string): boolean {
    if (interrupted === undefined) job.setbacks += 1;
    if (job.setbacks < maxSetbacks) return true;
    job.resolve({ died: reason });
    return false;
  }

  #rejectOnAbort(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    signal.addEventListener('abort', () => {
      for (const job of this.#allJobs()) if (job.signal === signal) job.reject(signal.reason);
      this.#queue = this.#queue.filter((job) => job.signal !== signal);
    });
  }

  #allJobs(): readonly Job[] {
    return [...this.#queue, ...[...this.#threads.values()].flatMap((jobs) => [...jobs.values()])];
  }
}
