import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FromWorker, HostAnswer } from '../protocol.ts';
import { answerWord, monotonicMs, readDeadline, type SharedState, setDeadline } from '../shared-state.ts';

export type HostCall = {
  readonly binding: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
};

export type HostCallResult = { readonly payload: Uint8Array } | { readonly error: string };

/** Asks the main thread, and blocks until it has answered. */
export type HostChannel = {
  readonly ask: (call: HostCall) => HostCallResult;
  /** Gives the next evaluation its whole time for waiting. */
  readonly reset: () => void;
};

export type HostChannelOptions = {
  readonly state: SharedState;
  readonly answers: MessagePort;
  readonly post: (message: FromWorker) => void;
  /** How long one evaluation may wait for its host in all; this is not the time of the policy. */
  readonly maxWaitMs?: number;
};

export function createHostChannel({
  state,
  answers,
  post,
  maxWaitMs = 10_000,
}: HostChannelOptions): HostChannel {
  let lastId = 0;
  let waitableMs = maxWaitMs;

  function receive(id: number, untilMs: number): HostCallResult {
    for (;;) {
      Atomics.store(state.words, answerWord, 0);
      for (let received = receiveMessageOnPort(answers); received; received = receiveMessageOnPort(answers)) {
        // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the only one who writes to this port is worker-thread.ts
        const answer = received.message as HostAnswer;
        if (answer.id === id) return answer;
      }
      const leftMs = untilMs - monotonicMs();
      if (leftMs <= 0) return { error: `the host did not answer within ${maxWaitMs / 1000} seconds` };
      Atomics.wait(state.words, answerWord, 0, leftMs);
    }
  }
  return {
    ask: ({ namespace, operation, payload }) => {
      const id = ++lastId;
      const start = monotonicMs();
      const leftMs = readDeadline(state) - start;
      setDeadline(state, Number.POSITIVE_INFINITY);
      post({ type: 'host', request: { id, namespace, operation, payload } });
      const answer = receive(id, start + waitableMs);
      const end = monotonicMs();
      waitableMs -= end - start;
      setDeadline(state, end + leftMs);
      return 'error' in answer ? { error: answer.error } : { payload: answer.payload };
    },
    reset: () => {
      waitableMs = maxWaitMs;
    },
  };
}
