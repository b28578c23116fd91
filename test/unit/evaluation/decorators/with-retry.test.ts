import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { Policy } from '../../../../src/domain/policy.ts';
import { type EvaluationOutcome } from '../../../../src/domain/report.ts';
import { type RetryOptions, withRetry } from '../../../../src/evaluation/decorators/with-retry.ts';
import type { PolicyEvaluator } from '../../../../src/evaluation/evaluator.ts';
import { buildReview } from '../../../../src/evaluation/review.ts';
import { TransientError } from '../../../../src/evaluation/transient-error.ts';
import { anObject, aPolicy, pods } from '../../../support/builders.ts';
import { VirtualClock } from './virtual-clock.ts';

const review = buildReview(anObject(pods, 'shop/web'), { compat: false });
const policy = aPolicy('p');
const other = aPolicy('q', { policyServer: 'other' });
const never = new AbortController().signal;

const allowed: EvaluationOutcome = { verdict: 'allowed' };
const unreachable = transient({ unreachable: true });
const refused = transient({ unreachable: true, connected: false });
const busy = transient({ unreachable: false });
const timedOut: EvaluationOutcome = {
  verdict: 'errored',
  error: new AuditError(errorCodes.evaluationTimeout, 'too slow'),
};

function transient(options: {
  unreachable: boolean;
  connected?: boolean;
  retryAfterMs?: number;
}): EvaluationOutcome {
  return {
    verdict: 'errored',
    error: new TransientError(errorCodes.policyServerUnreachable, 'not now', options),
  };
}

/** An evaluator whose answers come from a function of the attempt's number and policy, on virtual time without randomness. */
function setUp(
  answer: (attempt: number, policy: Policy) => EvaluationOutcome | Promise<EvaluationOutcome>,
  options: Partial<RetryOptions> = {},
) {
  const clock = new VirtualClock();
  const attempts: { readonly at: number; readonly policy: string }[] = [];
  const inner: PolicyEvaluator = {
    prepare: () => Promise.resolve(new Map()),
    evaluate: async (asked) => {
      attempts.push({ at: clock.time, policy: asked.name });
      return answer(attempts.length, asked);
    },
    close: () => Promise.resolve(),
  };
  const { now, delay } = clock;
  const evaluator = withRetry(inner, { now, delay, random: () => 1, ...options });
  const evaluate = (asked = policy, signal = never) => evaluator.evaluate(asked, review, signal);
  return { clock, attempts, evaluator, evaluate };
}

describe('withRetry', () => {
  it.each([
    ['a verdict', allowed],
    ['a timeout', timedOut],
    [
      'a lasting failure',
      { verdict: 'errored', error: new AuditError(errorCodes.policyNotLoaded, 'unknown') } as const,
    ],
  ])('does not repeat %s', async (_what, outcome) => {
    const { evaluate, attempts } = setUp(() => outcome);
    expect(await evaluate()).toBe(outcome);
    expect(attempts).toHaveLength(1);
  });

  it('repeats after a failed connection, and says nothing of it when that helps', async () => {
    const { clock, evaluate } = setUp((attempt) => (attempt < 3 ? unreachable : allowed));
    expect(await clock.run(evaluate())).toBe(allowed);
    expect(clock.waits).toEqual([250, 500]);
  });

  it('spreads the waits: the second half of each is random', async () => {
    const { clock, evaluate } = setUp((attempt) => (attempt < 3 ? unreachable : allowed), {
      random: () => 0,
    });
    await clock.run(evaluate());
    expect(clock.waits).toEqual([125, 250]);
  });

  it('tries a busy server three times and returns its last answer', async () => {
    const { clock, evaluate, attempts } = setUp(() => busy);
    expect(await clock.run(evaluate())).toBe(busy);
    expect(attempts.map(({ at }) => at)).toEqual([0, 250, 750]);
  });

  it('waits at least as long as the server asks for', async () => {
    const { clock, evaluate } = setUp((attempt) =>
      attempt === 1 ? transient({ unreachable: false, retryAfterMs: 7000 }) : allowed,
    );
    expect(await clock.run(evaluate())).toBe(allowed);
    expect(clock.waits).toEqual([7250]);
  });

  it('does not wait for a server that asks for more than half a minute', async () => {
    const closed = transient({ unreachable: false, retryAfterMs: 30_001 });
    const { evaluate, attempts } = setUp(() => closed);
    expect(await evaluate()).toBe(closed);
    expect(attempts).toHaveLength(1);
  });

  it('stops waiting when the signal aborts', async () => {
    const { clock, evaluate } = setUp(() => unreachable);
    const controller = new AbortController();
    const running = evaluate(policy, controller.signal);
    running.catch(() => undefined);
    await setImmediate();
    expect(clock.waits).toEqual([250]);
    controller.abort(new Error('stop'));
    await expect(clock.run(running)).rejects.toThrow('stop');
    expect(clock.time).toBe(0);
  });

  it('passes prepare and close on', async () => {
    const calls: string[] = [];
    const { now, delay } = new VirtualClock();
    const evaluator = withRetry(
      {
        prepare: () => {
          calls.push('prepare');
          return Promise.resolve(new Map());
        },
        evaluate: () => Promise.resolve(allowed),
        close: () => {
          calls.push('close');
          return Promise.resolve();
        },
      },
      { now, delay, random: () => 0 },
    );
    await evaluator.prepare([], never);
    await evaluator.close();
    expect(calls).toEqual(['prepare', 'close']);
  });
});

describe('withRetry in an outage', () => {
  it('loses nothing in a restart of 30 s, with waits of up to 2 s', async () => {
    const { clock, evaluate, attempts } = setUp(() => (clock.time < 30_000 ? unreachable : allowed));
    const outcomes = await clock.run(Promise.all([evaluate(), evaluate(), evaluate()]));
    expect(outcomes).toEqual([allowed, allowed, allowed]);
    expect(Math.max(...clock.waits)).toBe(2000);
    expect(attempts.length).toBeGreaterThan(3 * 3);
  });

  it('does not give a server up for an attempt that began before it was back', async () => {
    const { clock, evaluate } = setUp(async () => {
      if (clock.time >= 34_000) return allowed;
      await clock.delay(5000, never);
      return unreachable;
    });
    expect(await clock.run(evaluate())).toBe(allowed);
  });

  it('gives a dead server up after 30 s and then fails at once, with the last reason', async () => {
    const { clock, evaluate, attempts } = setUp(() => unreachable);
    expect(await clock.run(evaluate())).toBe(unreachable);
    expect(clock.time).toBeGreaterThanOrEqual(30_000);
    expect(clock.time).toBeLessThan(32_000);

    const before = { attempts: attempts.length, waits: clock.waits.length };
    for (let count = 0; count < 1000; count += 1) {
      expect(await evaluate()).toMatchObject({ verdict: 'errored', error: { message: 'not now' } });
    }
    expect({ attempts: attempts.length, waits: clock.waits.length }).toEqual(before);
  });

  it('ends the waits of all evaluations together when the server is given up', async () => {
    const { clock, evaluate } = setUp(() => unreachable);
    await clock.run(Promise.all(Array.from({ length: 50 }, () => evaluate())));
    expect(clock.time).toBeLessThan(34_000);
  });

  it('asks a given-up server once per second, without repeating, and goes on as before when it is back', async () => {
    let down = true;
    const { clock, evaluate, attempts } = setUp(() => (down ? unreachable : allowed));
    await clock.run(evaluate());
    const before = attempts.length;

    clock.time += 1000;
    expect(await evaluate()).toBe(unreachable);
    expect(await evaluate()).toMatchObject({ verdict: 'errored' });
    expect(attempts.length - before).toBe(1);

    down = false;
    clock.time += 999;
    expect(await evaluate()).toMatchObject({ verdict: 'errored' });
    clock.time += 1;
    expect(await evaluate()).toBe(allowed);
    expect(await evaluate()).toBe(allowed);
    expect(attempts.length - before).toBe(3);

    down = true;
    const since = clock.time;
    expect(await clock.run(evaluate())).toBe(unreachable);
    expect(clock.time - since).toBeGreaterThanOrEqual(30_000);
  });

  it('does not hold it against a server that it answers only others', async () => {
    const { clock, evaluate, attempts } = setUp((_attempt, asked) =>
      asked.name === 'broken' ? unreachable : allowed,
    );
    const broken = evaluate(aPolicy('broken'));
    const interval = async () => {
      for (let count = 0; count < 20; count += 1) {
        await clock.delay(100, never);
        await evaluate();
      }
    };
    const [outcome] = await clock.run(Promise.all([broken, interval()]));
    expect(outcome).toBe(unreachable);
    expect(attempts.filter(({ policy: name }) => name === 'broken')).toHaveLength(3);
  });

  it.each([
    ['refuses others', refused],
    ['cuts others off', unreachable],
  ])('loses nothing while a server answers who is connected and %s for 10 s', async (_what, failure) => {
    const { clock, evaluate } = setUp(async (_attempt, asked) => {
      if (asked.name !== 'old') return clock.time < 10_000 ? failure : allowed;
      await clock.delay(Number(asked.uid), never);
      return allowed;
    });
    // Answered every quarter of a second, on connections from before the first refusal.
    const old = Array.from({ length: 40 }, (_, index) =>
      evaluate(aPolicy('old', { uid: String(250 * (index + 1)) })),
    );
    const late = Array.from({ length: 20 }, async (_, index) => {
      await clock.delay(1 + 100 * index, never);
      return evaluate();
    });
    const outcomes = await clock.run(Promise.all([...old, ...late]));
    expect(outcomes.filter((outcome) => outcome !== allowed)).toEqual([]);
  });

  it('gives a server up that only answers who is connected, after 30 s', async () => {
    const { clock, evaluate } = setUp(async (_attempt, asked) => {
      if (asked.name !== 'old') return refused;
      await clock.delay(Number(asked.uid), never);
      return allowed;
    });
    const old = Array.from({ length: 100 }, (_, index) =>
      evaluate(aPolicy('old', { uid: String(500 * index) })),
    );
    const late = async () => {
      await clock.delay(1, never);
      return evaluate();
    };
    expect(await clock.run(late())).toBe(refused);
    expect(clock.time).toBeGreaterThanOrEqual(30_000);
    expect(clock.time).toBeLessThan(32_000);
    expect(await evaluate()).toMatchObject({ verdict: 'errored' });
    await clock.run(Promise.all(old));
  });

  it('loses nothing where two of three connections are refused, each time by chance', async () => {
    let turn = 0;
    const { clock, evaluate } = setUp(() => ((turn = (turn * 31 + 7) % 101) % 3 === 0 ? allowed : refused));
    const outcomes = await clock.run(Promise.all(Array.from({ length: 200 }, () => evaluate())));
    expect(outcomes.filter((outcome) => outcome !== allowed)).toEqual([]);
  });

  it('waits 30 s once for a server that hardly ever takes a connection', async () => {
    let attempts = 0;
    const { clock, evaluate } = setUp((_attempt, asked) => {
      if (asked.name === 'lucky') return allowed;
      attempts += 1;
      return refused;
    });
    let over = false;
    const luck = async () => {
      while (!over) {
        await clock.delay(500, never);
        await evaluate(aPolicy('lucky'));
      }
    };
    const unlucky = async () => {
      expect(await evaluate()).toBe(refused);
      expect(clock.time).toBeGreaterThanOrEqual(30_000);
      attempts = 0;
      for (let count = 0; count < 20; count += 1) expect(await evaluate()).toBe(refused);
      over = true;
    };
    await clock.run(Promise.all([luck(), unlucky()]));
    expect(attempts).toBe(20 * 3);
    expect(clock.time).toBeLessThan(60_000);
  });

  it('waits for a name that is gone, where it led to answers before', async () => {
    const gone: EvaluationOutcome = {
      verdict: 'errored',
      error: new TransientError(errorCodes.policyServerUnreachable, 'no such name', {
        unreachable: true,
        connected: false,
        unknownName: true,
      }),
    };
    const { clock, evaluate } = setUp((attempt) => (attempt === 1 || clock.time > 5000 ? allowed : gone));
    await evaluate();
    expect(await clock.run(evaluate())).toBe(allowed);
  });

  it('takes an answer that the server is busy as a sign of life', async () => {
    const { clock, evaluate } = setUp((attempt) => (attempt === 5 ? busy : unreachable));
    expect(await clock.run(evaluate())).toBe(busy);
  });

  it('gives up a server that takes every request and answers none, without repeating a timeout', async () => {
    const { clock, attempts, evaluate } = setUp(() => timedOut);
    for (let count = 0; count < 31; count += 1) {
      expect(await evaluate()).toBe(timedOut);
      clock.time += 1000;
    }
    expect(attempts).toHaveLength(31);
    expect(await evaluate()).toEqual(timedOut);
    clock.time += 10;
    expect(await evaluate()).toEqual(timedOut);
    expect(attempts).toHaveLength(32);
  });

  it('does not hold timeouts of one policy against a server that answers another', async () => {
    const { clock, attempts, evaluate } = setUp((_attempt, asked) =>
      asked.name === 'slow' ? timedOut : allowed,
    );
    for (let count = 0; count < 60; count += 1) {
      expect(await evaluate(aPolicy('slow'))).toBe(timedOut);
      expect(await evaluate()).toBe(allowed);
      clock.time += 1000;
    }
    expect(attempts).toHaveLength(120);
  });

  it('does not wait for a name that does not exist', async () => {
    const unknown: EvaluationOutcome = {
      verdict: 'errored',
      error: new TransientError(errorCodes.policyServerUnreachable, 'no such name', {
        unreachable: true,
        unknownName: true,
      }),
    };
    const { clock, evaluate } = setUp(() => unknown);
    expect(await clock.run(evaluate())).toBe(unknown);
    expect(await evaluate()).toEqual(unknown);
    expect(clock.waits).toEqual([]);
  });

  it('tells once per outage what is being waited for, but not of a hiccup', async () => {
    const told: string[] = [];
    const { clock, evaluate } = setUp(
      (attempt) => (attempt < 3 || (attempt > 4 && attempt < 12) ? unreachable : allowed),
      { onOutage: (server, { message }) => told.push(`${server}: ${message}`) },
    );
    await clock.run(evaluate());
    expect(told).toEqual([]);
    await clock.run(evaluate());
    await clock.run(evaluate());
    expect(told).toEqual(['default: not now']);
  });

  it('knows the servers apart', async () => {
    const { clock, evaluate } = setUp((_attempt, { policyServer }) =>
      policyServer === 'other' ? allowed : unreachable,
    );
    await clock.run(evaluate());
    expect(await evaluate(other)).toBe(allowed);
    expect(await evaluate()).toMatchObject({ verdict: 'errored' });
  });
});
