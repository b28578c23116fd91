import { describe, expect, it } from 'vitest';
import { type EvaluationOutcome } from '../../../../src/domain/report.ts';
import { withLimit } from '../../../../src/evaluation/decorators/with-limit.ts';
import { buildReview } from '../../../../src/evaluation/review.ts';
import { anObject, aPolicy, pods } from '../../../support/builders.ts';

const review = buildReview(anObject(pods, 'shop/web'), { compat: false });
const policy = aPolicy('p');
const allowed: EvaluationOutcome = { verdict: 'allowed' };

function setUp(concurrency: number) {
  const waiting: (() => void)[] = [];
  const calls: string[] = [];
  const limited = withLimit(
    {
      prepare: () => {
        calls.push('prepare');
        return Promise.resolve(new Map());
      },
      evaluate: () =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve(allowed);
          });
        }),
      close: () => {
        calls.push('close');
        return Promise.resolve();
      },
    },
    concurrency,
  );
  return { limited, waiting, calls };
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

describe('withLimit', () => {
  it('lets no more evaluations be in flight than it should, and all of them in the end', async () => {
    const { limited, waiting } = setUp(2);
    const { signal } = new AbortController();
    const all = Promise.all(Array.from({ length: 5 }, () => limited.evaluate(policy, review, signal)));

    for (const started of [2, 3, 4, 5, 5]) {
      await settle();
      expect(waiting).toHaveLength(started);
      waiting[started - 2]?.();
    }
    waiting.forEach((finish) => {
      finish();
    });
    expect(await all).toHaveLength(5);
  });

  it('starts none that was still waiting when the signal aborted', async () => {
    const { limited, waiting } = setUp(1);
    const controller = new AbortController();
    const first = limited.evaluate(policy, review, controller.signal);
    const second = limited.evaluate(policy, review, controller.signal);
    await settle();
    controller.abort(new Error('stop'));
    waiting[0]?.();

    expect(await first).toBe(allowed);
    await expect(second).rejects.toThrow('stop');
    expect(waiting).toHaveLength(1);
  });

  it('passes prepare and close on', async () => {
    const { limited, calls } = setUp(1);
    await limited.prepare([], new AbortController().signal);
    await limited.close();
    expect(calls).toEqual(['prepare', 'close']);
  });
});
