// The entry of a worker thread: it evaluates the batches that the main thread sends, one task after another.

import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from '../guest/clock.ts';
import { createHostChannel } from './host-channel.ts';
import type { FromWorker, GuestLog, TaskResult, ToWorker, WorkerStart } from './protocol.ts';
import { createRunner } from './runner.ts';
import { viewSharedState } from './shared-state.ts';

/** How long results may wait for those of the tasks behind them. */
const maxHoldMs = 10;

if (parentPort === null) throw new Error('this module is the entry of a worker thread');
const main = parentPort;
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the only one who starts this is worker-thread.ts
const start = workerData as WorkerStart;
const state = viewSharedState(start.state);
const post = (message: FromWorker): void => {
  main.postMessage(message);
};
let logs: GuestLog[] = [];
const runner = createRunner({
  state,
  channel: createHostChannel({ state, answers: start.answers, post }),
  roomBytes: start.roomBytes,
  onLog: (log) => logs.push(log),
});
for (const program of start.programs) runner.define(program);

main.on('message', (message: ToWorker) => {
  if (message.type === 'define') runner.define(message.program);
  else runBatch(message);
});

function runBatch({ bytes, tasks }: Extract<ToWorker, { type: 'batch' }>): void {
  let results: TaskResult[] = [];
  let postedMs = monotonicMs();
  for (const task of tasks) {
    results.push(runner.run(task, bytes));
    if (monotonicMs() - postedMs < maxHoldMs) continue;
    post({ type: 'results', results, logs });
    [results, logs] = [[], []];
    postedMs = monotonicMs();
  }
  post({ type: 'results', results, logs });
  logs = [];
}
