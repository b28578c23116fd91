import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { monotonicMs } from '../guest/clock.ts';
import type { HostAsker } from '../guest/host.ts';
import type { FromWorker, HostAnswer } from './protocol.ts';
import { answerWord, progressWord, readDeadline, type SharedState, setDeadline } from './shared-state.ts';

/** Asks the main thread. */
export type HostChannel = HostAsker & {
  /** From now on this program asks, with its whole time for waiting. */
  readonly begin: (program: number) => void;
};

export type HostChannelOptions = {
  readonly state: SharedState;
  readonly answers: MessagePort;
  readonly post: (message: FromWorker) => void;
  /**
   * How long one evaluation may wait for its host in all, without a sign that an answer is on its way; this is not the time of the
   * policy.
   */
  readonly maxWaitMs?: number;
};

export function createHostChannel(options: HostChannelOptions): HostChannel {
  const { state, post, maxWaitMs = 10_000 } = options;
  let lastId = 0;
  let waitableMs = maxWaitMs;
  let program = 0;
  return {
    ask: ({ namespace, operation, payload }) => {
      const id = ++lastId;
      const leftMs = readDeadline(state) - monotonicMs();
      let received: Received;
      setDeadline(state, Number.POSITIVE_INFINITY);
      try {
        post({ type: 'host', request: { id, program, namespace, operation, payload } });
        received = receive(id, waitableMs, options);
      } finally {
        // Whatever is thrown here, a guest may catch it and run on.
        setDeadline(state, monotonicMs() + leftMs);
      }
      const { answer, waitedMs } = received;
      waitableMs -= waitedMs;
      if (answer === undefined)
        return { error: `the host did not answer within ${maxWaitMs / 1000} seconds` };
      return 'error' in answer ? { error: answer.error } : { payload: answer.payload };
    },
    begin: (next) => {
      program = next;
      waitableMs = maxWaitMs;
    },
  };
}

type Received = { readonly answer: HostAnswer | undefined; readonly waitedMs: number };

/** Waits for the answer. Only what passed after the last sign of it counts as waiting. */
function receive(id: number, waitableMs: number, { state, answers }: HostChannelOptions): Received {
  let sinceMs = monotonicMs();
  let progress = Atomics.load(state.words, progressWord);
  for (;;) {
    Atomics.store(state.words, answerWord, 0);
    const answer = takeAnswer(answers, id);
    const seen = Atomics.load(state.words, progressWord);
    if (seen !== progress) [progress, sinceMs] = [seen, monotonicMs()];
    const waitedMs = monotonicMs() - sinceMs;
    if (answer !== undefined || waitedMs >= waitableMs) return { answer, waitedMs };
    Atomics.wait(state.words, answerWord, 0, waitableMs - waitedMs);
  }
}

/** Drops the answers to calls that were given up. */
function takeAnswer(answers: MessagePort, id: number): HostAnswer | undefined {
  for (let received = receiveMessageOnPort(answers); received; received = receiveMessageOnPort(answers)) {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the only one who writes to this port is worker-thread.ts
    const answer = received.message as HostAnswer;
    if (answer.id === id) return answer;
  }
  return undefined;
}
