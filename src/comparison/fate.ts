import type { Change, ChangeReason, PolicyResult } from '../domain/index.ts';
import type { CountName } from './counts.ts';

/** What a policy says of an object that both were asked about, or one of them; undefined where it was not asked. */
export type Answers = {
  readonly installed: PolicyResult | undefined;
  readonly proposed: PolicyResult | undefined;
};

/** Why two answers cannot be compared: the one that is none. */
export function findError({ installed, proposed }: Answers): ErrorAnswer | undefined {
  if (proposed?.result === 'error') return { side: 'proposed', result: proposed };
  if (installed?.result === 'error') return { side: 'installed', result: installed };
  return undefined;
}

type ErrorAnswer = { readonly side: keyof Answers; readonly result: PolicyResult };

/**
 * What becomes of an object. Rejecting is worse than reporting, which is what a policy in monitor mode does with what it does not
 * like, and both are worse than letting pass; who is not asked lets pass.
 */
export function compareAnswers({ installed, proposed }: Answers): Exclude<CountName, 'notCompared'> {
  const [before, after] = [badness(installed), badness(proposed)];
  if (after > before) return 'newlyFailing';
  if (after < before) return 'newlyPassing';
  return after > 0 ? 'stillFailing' : 'stillPassing';
}

function badness(result: PolicyResult | undefined): number {
  if (result?.result !== 'fail') return 0;
  return result.policy.mode === 'monitor' ? 1 : 2;
}

/** How a count is called where it is a change. */
export const changeKinds: Readonly<Partial<Record<CountName, Change['kind']>>> = {
  newlyFailing: 'newly-failing',
  newlyPassing: 'newly-passing',
};

/** What explains a change besides the verdicts; undefined where nothing does. */
export function explainChange(
  kind: Change['kind'],
  { installed, proposed }: Answers,
): ChangeReason | undefined {
  if (kind === 'newly-failing') {
    if (installed === undefined) return 'not-looked-at-before';
    return installed.result === 'fail' ? 'only-reported-before' : undefined;
  }
  if (proposed === undefined) return 'no-longer-looked-at';
  return proposed.result === 'fail' ? 'only-reported-from-now-on' : undefined;
}
