import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { expect, it, onTestFinished } from 'vitest';
import { withRetry } from '../../../src/evaluation/decorators/with-retry.ts';
import type { PolicyEvaluator } from '../../../src/evaluation/evaluator.ts';
import { startBalancer } from '../../support/balancer.ts';
import type { PolicyServer } from '../../support/policy-server.ts';
import { evaluate, evaluatorFor, failureOf, serve } from './setup.ts';

function patiently(evaluator: PolicyEvaluator): PolicyEvaluator {
  return withRetry(evaluator, {
    now: () => performance.now(),
    delay: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
  });
}

/** Asks as often, ten at a time. Resolves to what was no verdict. */
async function losses(evaluator: PolicyEvaluator, times: number): Promise<unknown[]> {
  const limit = pLimit(10);
  const outcomes = await Promise.all(Array.from({ length: times }, () => limit(() => evaluate(evaluator))));
  return outcomes.map(failureOf).filter((outcome) => outcome !== 'allowed');
}

it('a server that refuses new connections while it answers old ones loses nothing', {
  timeout: 60_000,
}, async () => {
  let asked = 0;
  const server: PolicyServer = await serve({
    answer: async () => {
      asked += 1;
      if (asked === 5) {
        server.drain();
        void delay(4000).then(() => server.start());
      }
      // Those that are connected are answered one by one all the time that the others are refused.
      await delay(asked <= 5 ? 700 * asked : 0);
      return { allowed: true };
    },
  });
  const evaluator = patiently(await evaluatorFor(server.url));
  expect(await losses(evaluator, 60)).toEqual([]);
});

it('three replicas that are restarted one after the other lose nothing', { timeout: 60_000 }, async () => {
  const servers = await Promise.all([0, 1, 2].map(() => serve({ latencyMs: 100 })));
  const balancer = await startBalancer(servers.map(({ url }) => url));
  onTestFinished(() => {
    balancer.close();
  });
  const evaluator = patiently(await evaluatorFor(balancer.url));
  let rolled = false;
  const roll = async () => {
    for (const server of servers) {
      server.drain();
      await delay(800);
      await server.stop();
      await delay(800);
      await server.start();
    }
    rolled = true;
  };
  const scan = async () => {
    const lost: unknown[] = [];
    while (!rolled) lost.push(...(await losses(evaluator, 50)));
    return lost;
  };
  const [lost] = await Promise.all([scan(), roll()]);
  expect(lost).toEqual([]);
  expect(servers.every(({ requests }) => requests > 0)).toBe(true);
});
