import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { monotonicMs } from '../../../../src/engine/guest/clock.ts';
import { createHostChannel } from '../../../../src/engine/threads/host-channel.ts';
import type { FromWorker, HostAnswer } from '../../../../src/engine/threads/protocol.ts';
import {
  answerWord,
  createSharedState,
  markRunning,
  progressWord,
  readDeadline,
  viewSharedState,
} from '../../../../src/engine/threads/shared-state.ts';

const call = { binding: 'kubewarden', namespace: 'net', operation: 'x', payload: Buffer.from('y') };
const maxWaitMs = 200;

/** A worker's end of the channel; `answer` is what the main thread says to a question, if anything. */
function open(answer: (id: number) => readonly HostAnswer[]) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  const state = viewSharedState(createSharedState());
  markRunning(state, { task: 1, member: 0, deadlineMs: monotonicMs() + 60_000 });
  const deadlines: number[] = [];
  const post = (message: FromWorker): void => {
    if (message.type !== 'host') return;
    deadlines.push(readDeadline(state));
    for (const said of answer(message.request.id)) port1.postMessage(said);
  };
  return { channel: createHostChannel({ state, answers: port2, post, maxWaitMs }), state, deadlines };
}

it('stops the clock of the policy as long as it waits', () => {
  const { channel, state, deadlines } = open((id) => [{ id, payload: Buffer.from('z') }]);
  const leftBefore = readDeadline(state) - monotonicMs();
  expect(channel.ask(call)).toEqual({ payload: new Uint8Array(Buffer.from('z')) });
  expect(deadlines).toEqual([Number.POSITIVE_INFINITY]);
  expect(readDeadline(state) - monotonicMs()).toBeLessThanOrEqual(leftBefore);
  expect(readDeadline(state)).toBeLessThan(Number.POSITIVE_INFINITY);
});

it('lets the clock of the policy run on when it cannot ask', () => {
  const { channel, state } = open(() => {
    throw new RangeError('Maximum call stack size exceeded');
  });
  // A guest that catches this would never be ended.
  expect(() => channel.ask(call)).toThrow(RangeError);
  expect(readDeadline(state)).toBeLessThanOrEqual(monotonicMs() + 60_000);
});

it('takes no late answer for the one that it waits for', () => {
  const { channel } = open((id) => [
    { id: id - 1, payload: Buffer.from('late') },
    { id, error: 'no' },
  ]);
  expect(channel.ask(call)).toEqual({ error: 'no' });
});

it('waits so long for all answers to one evaluation together, and as long for the next', () => {
  const { channel, state } = open((id) => (id === 3 ? [{ id, error: 'there' }] : []));
  const tooLong = { error: 'the host did not answer within 0.2 seconds' };
  const start = monotonicMs();
  expect(channel.ask(call)).toEqual(tooLong);
  expect(monotonicMs() - start).toBeGreaterThanOrEqual(maxWaitMs);
  // The time of the policy is still all there.
  expect(readDeadline(state)).toBeGreaterThanOrEqual(start + 60_000);
  expect(channel.ask(call)).toEqual(tooLong);
  channel.begin(1);
  expect(channel.ask(call)).toEqual({ error: 'there' });
});

it('goes on waiting as long as something arrives', async () => {
  const { port1, port2 } = new MessageChannel();
  const buffer = createSharedState();
  const state = viewSharedState(buffer);
  markRunning(state, { task: 1, member: 0, deadlineMs: monotonicMs() + 60_000 });
  const go = new Int32Array(new SharedArrayBuffer(4));
  // The main thread of a scan: this one is blocked while it waits. It gives a sign every tenth of a second, and then the answer.
  const main = new Worker(
    `const { workerData: { buffer, go, port } } = require('node:worker_threads');
    const words = new Int32Array(buffer, 0, 4);
    const sleeping = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(go, 0, 0);
    for (let i = 0; i < 20; i += 1) {
      Atomics.wait(sleeping, 0, 0, 100);
      Atomics.add(words, ${progressWord}, 1);
      Atomics.notify(words, ${answerWord});
    }
    port.postMessage({ id: 1, error: 'at last' });
    Atomics.store(words, ${answerWord}, 1);
    Atomics.notify(words, ${answerWord});
    port.close();`,
    { eval: true, workerData: { buffer, go, port: port1 }, transferList: [port1] },
  );
  await once(main, 'online');
  const post = (): void => {
    Atomics.store(go, 0, 1);
    Atomics.notify(go, 0);
  };
  const channel = createHostChannel({ state, answers: port2, post, maxWaitMs: 1500 });
  const start = monotonicMs();
  expect(channel.ask(call)).toEqual({ error: 'at last' });
  expect(monotonicMs() - start).toBeGreaterThan(1500);
  port2.close();
  await main.terminate();
});
