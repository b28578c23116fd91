import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes, NoAnswerError } from '../../../../src/domain/errors.ts';
import type { Policy } from '../../../../src/domain/policy.ts';
import type { EvaluationOutcome } from '../../../../src/domain/report.ts';
import { type LoadOptions, withLoad } from '../../../../src/evaluation/decorators/with-load.ts';
import { withRetry } from '../../../../src/evaluation/decorators/with-retry.ts';
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

function errored(error: AuditError): EvaluationOutcome {
  return { verdict: 'errored', error };
}

const busy = errored(
  new TransientError(errorCodes.policyServerError, 'not available (HTTP 429)', { unreachable: false }),
);

/** Answers after what the function says, on virtual time. */
function setUp(
  answer: (asked: Policy, attempt: number) => { readonly ms: number; readonly outcome?: EvaluationOutcome },
  options: Partial<LoadOptions> = {},
) {
  const clock = new VirtualClock();
  const begun: { readonly policy: string; readonly body: string }[] = [];
  const flight = { now: 0, most: 0, closed: 0 };
  const inner: PolicyEvaluator = {
    prepare: () => Promise.resolve(new Map()),
    evaluate: async (asked, { body }, signal) => {
      begun.push({ policy: asked.name, body: Buffer.from(body).toString() });
      flight.now += 1;
      flight.most = Math.max(flight.most, flight.now);
      const { ms, outcome = allowed } = answer(asked, begun.length);
      await clock.delay(ms, signal).finally(() => (flight.now -= 1));
      return outcome;
    },
    close: () => {
      flight.closed += 1;
      return Promise.resolve();
    },
  };
  const evaluator = withLoad(inner, {
    mode: 'normal',
    profile: { tolerance: 1.4, headroom: 0.5, ceiling: 100 },
    serverOf: ({ policyServer }) => policyServer,
    now: clock.now,
    after: (ms, callback) => {
      clock.delay(ms, never).then(callback, () => undefined);
    },
    lateness: () => 0,
    busyMs: () => 0,
    onClose: () => (flight.closed += 1),
    ...options,
  });
  const evaluate = (asked = policy, signal = never) => evaluator.evaluate(asked, review, signal);
  const many = (size: number, asked = policy) =>
    Promise.all(Array.from({ length: size }, () => evaluate(asked)));
  return { clock, begun, flight, inner, evaluator, evaluate, many };
}

function loadOf(evaluator: PolicyEvaluator, server = 'default') {
  return evaluator.load?.()?.servers.find((load) => load.server === server);
}

describe('withLoad', () => {
  it('begins with one, and lets more in where the server answers as fast', async () => {
    const { clock, many, flight, evaluator } = setUp(() => ({ ms: 5 }));
    expect(await clock.run(many(1000))).toHaveLength(1000);
    expect(flight.most).toBeGreaterThan(20);
    expect(loadOf(evaluator)).toEqual({
      server: 'default',
      highest: flight.most,
      last: flight.most,
      halved: 0,
    });
    expect(evaluator.load?.()).toMatchObject({ mode: 'normal', atMost: 100 });
  });

  it('serves in the order in which they came', async () => {
    const { clock, begun, evaluator } = setUp((_asked, attempt) => ({ ms: 5 + (attempt % 7) }));
    const reviews = Array.from({ length: 200 }, (_, index) => ({
      ...review,
      body: Buffer.from(String(index)),
    }));
    await clock.run(Promise.all(reviews.map((one) => evaluator.evaluate(policy, one, never))));
    expect(begun.map(({ body }) => Number(body))).toEqual(reviews.map((_, index) => index));
  });

  it('never has more in flight than the ceiling, at all servers together', async () => {
    const { clock, many, flight } = setUp(() => ({ ms: 5 }), {
      profile: { tolerance: 1.4, headroom: 0.5, ceiling: 6 },
    });
    await clock.run(Promise.all([many(300), many(300, other)]));
    expect(flight.most).toBe(6);
  });

  it('lets nobody wait for one server because another makes everybody wait', async () => {
    const { clock, many, evaluate, begun } = setUp((asked) => ({ ms: asked === policy ? 60_000 : 5 }));
    const stuck = [...Array.from({ length: 500 }, () => evaluate())];
    await clock.run(many(500, other));
    expect(clock.time).toBeLessThan(3000);
    expect(begun.filter((one) => one.policy === 'p').length).toBeLessThan(50);
    expect(stuck).toHaveLength(500);
  });

  it('halves for refusals, and not for what a policy fails at', async () => {
    const failed = errored(new AuditError(errorCodes.evaluationFailed, 'no'));
    const strange = errored(new NoAnswerError(errorCodes.answerMalformed, 'what'));
    let outcome: EvaluationOutcome = allowed;
    const { clock, many, evaluator } = setUp(() => ({ ms: 5, outcome }));
    await clock.run(many(1000));
    const before = loadOf(evaluator)?.last ?? 0;
    outcome = failed;
    await clock.run(many(100));
    outcome = strange;
    await clock.run(many(100));
    expect(loadOf(evaluator)).toMatchObject({ last: before, halved: 0 });
    outcome = busy;
    await clock.run(many(before));
    expect(loadOf(evaluator)).toMatchObject({ last: Math.floor(before / 2), halved: 1 });
  });

  it('identifies a server with several names by the key that it gets', async () => {
    const { clock, many, evaluator } = setUp(() => ({ ms: 5 }), {
      serverOf: () => 'https://localhost:3000/',
    });
    await clock.run(Promise.all([many(5), many(5, other)]));
    expect(evaluator.load?.()?.servers.map(({ server }) => server)).toEqual(['https://localhost:3000/']);
  });

  it('does not follow answers that came late because of this process, and has some in flight nevertheless', async () => {
    const { clock, many, evaluator } = setUp(() => ({ ms: 5 }), { lateness: () => clock.time });
    expect(await clock.run(many(1000))).toHaveLength(1000);
    expect(loadOf(evaluator)).toMatchObject({ highest: 8, last: 8 });
  });

  it('does not mind a lateness that is a small part of an answer', async () => {
    const { clock, many, evaluator } = setUp(() => ({ ms: 5 }), { lateness: () => clock.time / 5 });
    await clock.run(many(1000));
    expect(loadOf(evaluator)?.last).toBeGreaterThan(20);
  });

  it('starts nobody who still waits when the signal aborts, and frees the places of those who have begun', async () => {
    const { clock, begun, evaluate } = setUp(() => ({ ms: 60_000 }));
    const controller = new AbortController();
    const all = Array.from({ length: 50 }, () => evaluate(policy, controller.signal));
    controller.abort(new Error('stop'));
    const ends = await clock.run(Promise.allSettled(all));
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
    expect(begun.length).toBeLessThan(5);
    await clock.run(Promise.race([evaluate(other), clock.delay(70_000, never)]));
  });

  it('ends its clock with the evaluator', async () => {
    const { evaluator, flight } = setUp(() => ({ ms: 5 }));
    await evaluator.close();
    expect(flight.closed).toBe(2);
  });
});

describe('withLoad inside of withRetry', () => {
  function retrying({ clock, inner }: Pick<ReturnType<typeof setUp>, 'clock' | 'inner'>) {
    return withRetry(inner, {
      now: clock.now,
      delay: clock.delay,
      random: () => 1,
      limit: (attempts) =>
        withLoad(attempts, {
          mode: 'normal',
          profile: { tolerance: 1.4, headroom: 0.5, ceiling: 100 },
          serverOf: ({ policyServer }) => policyServer,
          now: clock.now,
          after: (ms, callback) => {
            clock.delay(ms, never).then(callback, () => undefined);
          },
          lateness: () => 0,
          busyMs: () => 0,
          onClose: () => undefined,
        }),
    });
  }

  it('loses nothing in a restart of 20 s, and is back at full speed after it', async () => {
    const gone = errored(
      new TransientError(errorCodes.policyServerUnreachable, 'refused', {
        unreachable: true,
        connected: false,
      }),
    );
    const parts = setUp(() => ({
      ms: 5,
      outcome: parts.clock.time > 190 && parts.clock.time < 20_190 ? gone : allowed,
    }));
    const evaluator = retrying(parts);
    const ends = await parts.clock.run(
      Promise.all(Array.from({ length: 150 }, () => evaluator.evaluate(policy, review, never))),
    );
    expect(ends.every(({ verdict }) => verdict === 'allowed')).toBe(true);
    expect(loadOf(evaluator)?.halved).toBeGreaterThan(0);
    expect(parts.clock.time).toBeLessThan(30_000);
  });

  it('gives up a server that answers nothing as soon as without it, however many wait', async () => {
    const silent = errored(new AuditError(errorCodes.evaluationTimeout, 'too slow'));
    const parts = setUp(() => ({ ms: 15_000, outcome: silent }));
    const evaluator = retrying(parts);
    const ends = await parts.clock.run(
      Promise.all(Array.from({ length: 1000 }, () => evaluator.evaluate(policy, review, never))),
    );
    expect(ends.every(({ verdict }) => verdict === 'errored')).toBe(true);
    expect(parts.clock.time).toBeLessThan(90_000);
  });
});
