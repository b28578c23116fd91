import { beforeEach, describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { Policy } from '../../../../src/domain/policy.ts';
import type { EvaluationOutcome } from '../../../../src/domain/report.ts';
import type { ObjectReference } from '../../../../src/domain/resource.ts';
import { type SealedVerdict, sealOf } from '../../../../src/domain/stored-results.ts';
import { type ReuseOptions, withReuse } from '../../../../src/evaluation/decorators/with-reuse.ts';
import { buildReview } from '../../../../src/evaluation/review.ts';
import { anObject, aPolicy, pods } from '../../../support/builders.ts';

const hourMs = 3_600_000;
const ageMs = 24 * hourMs;
const start = new Date(ageMs * 20_000 + 12 * hourMs);
const anHourAgo = new Date(start.getTime() - hourMs);
const never = new AbortController().signal;
const denied: EvaluationOutcome = { verdict: 'denied', message: 'no limits' };
const trapped: EvaluationOutcome = {
  verdict: 'errored',
  error: new AuditError(errorCodes.evaluationFailed, 'the policy trapped'),
};
const policy = aPolicy('strict', { uid: 'uid-1', generation: 3 });
const object = anObject(pods, 'shop/web');

/** What is stored, by object and policy: what an earlier run had on the same policy server. */
let stored: Map<string, SealedVerdict>;
let asked: number;

beforeEach(async () => {
  stored = new Map();
  const outcome = await ask();
  if (outcome.verdict === 'errored') throw outcome.error;
  const verdict = { result: 'fail', message: outcome.message } as const;
  stored.set(keyOf(object.reference, policy), { ...verdict, seal: sealOf(outcome.basis ?? '', verdict) });
  asked = 0;
});

function keyOf({ uid }: ObjectReference, { uniqueName }: Policy): string {
  return `${uid} ${uniqueName}`;
}

type Asking = {
  readonly policy?: Policy;
  readonly object?: typeof object;
  readonly compat?: boolean;
  readonly judge?: string | undefined;
  readonly answer?: EvaluationOutcome;
  readonly options?: Partial<ReuseOptions>;
};

/** Asks once in a run of its own, on whose moment the object has not come of age. */
async function ask({ compat = false, answer = denied, options, ...asking }: Asking = {}) {
  const inner = {
    prepare: () => Promise.resolve(new Map()),
    evaluate: () => {
      asked += 1;
      return Promise.resolve(answer);
    },
    close: () => Promise.resolve(),
  };
  const judge = 'judge' in asking ? asking.judge : 'server 1';
  const evaluator = withReuse(inner, {
    ageMs,
    stored: { startedAt: start, find: (subject, of) => stored.get(keyOf(subject, of)) },
    readMarks: () => Promise.resolve(() => anHourAgo),
    readJudges: () => Promise.resolve(() => judge),
    isDeclaredPure: () => true,
    observesPurity: false,
    onNonePure: () => undefined,
    phaseOf: () => 0.9,
    sample: { share: 0, seed: 1 },
    ...options,
  });
  const of = asking.policy ?? policy;
  await evaluator.prepare([of], never);
  return evaluator.evaluate(of, buildReview(asking.object ?? object, { compat }), never);
}

/** Changes what is stored of the object. */
function edit(change: Partial<SealedVerdict>): void {
  const key = keyOf(object.reference, policy);
  const verdict = stored.get(key);
  if (verdict !== undefined) stored.set(key, { ...verdict, ...change });
}

describe('a stored verdict', () => {
  it('takes the place of asking where the question is the same', async () => {
    expect(await ask()).toMatchObject({ ...denied, reuse: 'taken' });
    expect(asked).toBe(0);
  });

  it.each<[string, Asking]>([
    ['the object has another version', { object: anObject(pods, 'shop/web', { resourceVersion: '8' }) }],
    ['the object says something else', { object: anObject(pods, 'shop/web', { labels: { app: 'web' } }) }],
    ['the request is that of the Go scanner', { compat: true }],
    ['the policy was made anew', { policy: aPolicy('strict', { uid: 'uid-2', generation: 3 }) }],
    ['the policy was changed', { policy: aPolicy('strict', { uid: 'uid-1', generation: 4 }) }],
    ['somebody else answers', { judge: 'server 2' }],
    ['nobody knows who answers', { judge: undefined }],
    ['the policy has no UID', { policy: aPolicy('strict', { uid: '', generation: 3 }) }],
    [
      'the policy reads the cluster',
      { policy: aPolicy('strict', { uid: 'uid-1', generation: 3, contextAware: true }) },
    ],
    ['the user says that the policy is not pure', { options: { isDeclaredPure: () => false } }],
    ['nobody says that it is', { options: { isDeclaredPure: () => undefined } }],
    ['its moment has come', { options: { phaseOf: () => 0.48 } }],
    ['nobody knows when all was asked', { options: { readMarks: () => Promise.resolve(() => undefined) } }],
    ['it belongs to the sample', { options: { sample: { share: 1, seed: 1 } } }],
  ])('is asked for again where %s', async (_why, asking) => {
    expect(await ask(asking)).not.toMatchObject({ reuse: 'taken' });
    expect(asked).toBe(1);
  });

  it.each<[string, Partial<SealedVerdict>]>([
    ['verdict was edited', { result: 'pass' }],
    ['message was edited', { message: 'all is well' }],
    ['seal is that of something else', { seal: 'AAAAAAAAAAAAAAAA' }],
  ])('is asked for again where its %s, and that is no drift', async (_what, change) => {
    edit(change);
    expect(await ask()).not.toHaveProperty('reuse');
    expect(asked).toBe(1);
  });

  it('stands for its policy again where only its status has moved', async () => {
    const moved = aPolicy('strict', { uid: 'uid-1', generation: 3, resourceVersion: '99' });
    expect(await ask({ policy: moved })).toMatchObject({ reuse: 'taken' });
  });

  it.each<[string, string, EvaluationOutcome]>([
    ['the same', 'confirmed', denied],
    ['another verdict', 'refuted', { verdict: 'allowed' }],
    ['another message', 'refuted', { verdict: 'denied', message: 'no requests' }],
    ['nothing', 'taken', trapped],
  ])('that belongs to the sample, whose policy says %s, is %s', async (_what, reuse, answer) => {
    const outcome = await ask({ answer, options: { sample: { share: 1, seed: 1 } } });
    expect(outcome).toMatchObject({ reuse });
  });

  it('that is due is not reused in place of no answer', async () => {
    expect(await ask({ answer: trapped, options: { phaseOf: () => 0.48 } })).toBe(trapped);
  });

  it('that an earlier attempt of this run has stored is not due, and belongs to the sample as any other', async () => {
    edit({ isOfThisRun: true });
    const noMark = { readMarks: () => Promise.resolve(() => undefined) };
    expect(await ask({ options: noMark })).toMatchObject({ reuse: 'taken' });
    expect(await ask({ options: { ...noMark, sample: { share: 1, seed: 1 } } })).toMatchObject({
      reuse: 'confirmed',
    });
  });
});

describe('an answer', () => {
  const doubt = new AuditError(errorCodes.verdictDoubtful, 'it may be wrong');

  it.each<[string, boolean, EvaluationOutcome, boolean]>([
    ['of a policy that is declared pure', true, denied, false],
    ['that the engine saw to be pure', true, { ...denied, pure: true }, true],
    ['that the engine saw not to be pure', false, { ...denied, pure: false }, true],
    ['of which the engine says nothing', false, denied, true],
    ['in doubt', false, { ...denied, doubt }, false],
  ])('%s may be reused: %s', async (_what, isReusable, answer, observesPurity) => {
    stored.clear();
    const outcome = await ask({ answer, options: { observesPurity } });
    expect('basis' in outcome && outcome.basis !== undefined).toBe(isReusable);
  });
});
