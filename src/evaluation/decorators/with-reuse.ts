import {
  type AuditError,
  digestOf,
  type EvaluationOutcome,
  isDue,
  type Mark,
  type ObjectReference,
  type Policy,
  type SealedVerdict,
  type StoredResults,
  type StoredVerdict,
  sealOf,
} from '../../domain/index.ts';
import type { PolicyEvaluator, Review } from '../evaluator.ts';
import { decorate } from './decorate.ts';

/** What defines the same question, besides the request itself. A new number invalidates every stored result. */
const basisVersion = 1;

export type ReuseOptions = {
  /** A result that is reused is younger. */
  readonly ageMs: number;
  readonly stored: StoredResults;
  /** When each policy last answered all that was due. Never rejects but for the signal. */
  readonly readMarks: (signal: AbortSignal) => Promise<(policy: Policy) => Mark>;
  /**
   * Who answers for a policy, so that another one can be told from it; undefined where that is not known. Called when the evaluator is ready.
   * Never rejects but for the signal.
   */
  readonly readJudges: (signal: AbortSignal) => Promise<(policy: Policy) => string | undefined>;
  /** Whether the user says that a policy looks at nothing but the request; undefined where nobody says anything. */
  readonly isDeclaredPure: (policy: Policy) => boolean | undefined;
  /** Whether the evaluator says of each outcome what it came from: then that counts where nobody says anything. */
  readonly observesPurity: boolean;
  /** Called if no policy is known to be pure, so nothing can be reused. */
  readonly onNonePure: () => void;
  /** The moment of an object in each period of the age: from 0 to below 1. */
  readonly phaseOf: (subject: ObjectReference) => number;
  /** The share of reusable results that is evaluated anyway, and the seed that chooses it. */
  readonly sample: { readonly share: number; readonly seed: number };
};

/**
 * Takes the stored verdict of an earlier run where the question is the same, the policy pure and the verdict young enough, and asks for
 * all others. What is asked for again is compared: one verdict that is not the same, and nothing of that policy is reused any more.
 */
export function withReuse(evaluator: PolicyEvaluator, options: ReuseOptions): PolicyEvaluator {
  const reusing = new ReusingEvaluator(evaluator, options);
  return decorate(evaluator, {
    prepare: (policies, signal) => reusing.prepare(policies, signal),
    evaluate: (policy, review, signal) => reusing.evaluate(policy, review, signal),
  });
}

type ReviewFacts = { readonly digest: string; readonly phase: number };
type Answer = Exclude<EvaluationOutcome, { readonly verdict: 'errored' }>;

class ReusingEvaluator {
  readonly #evaluator: PolicyEvaluator;
  readonly #options: ReuseOptions;
  /** Of the policies whose results may be reused: what stands for them in the basis, and their marks. */
  readonly #policies = new Map<Policy, { readonly key: string; readonly mark: Mark }>();
  readonly #reviews = new WeakMap<Review, ReviewFacts>();
  readonly #refuted = new Set<Policy>();

  constructor(evaluator: PolicyEvaluator, options: ReuseOptions) {
    this.#evaluator = evaluator;
    this.#options = options;
  }

  async prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>> {
    const unprepared = await this.#evaluator.prepare(policies, signal);
    const candidates = policies.filter((policy) => this.#mayBePure(policy));
    if (candidates.length > 0) await this.#learn(candidates, signal);
    else if (policies.length > 0) this.#options.onNonePure();
    return unprepared;
  }

  async #learn(candidates: readonly Policy[], signal: AbortSignal): Promise<void> {
    const { readMarks, readJudges } = this.#options;
    const [markOf, judgeOf] = await Promise.all([readMarks(signal), readJudges(signal)]);
    for (const policy of candidates) {
      const judge = judgeOf(policy);
      if (judge === undefined) continue;
      const identity = [basisVersion, policy.uid, policy.generation, judge];
      this.#policies.set(policy, { key: digestOf(JSON.stringify(identity)), mark: markOf(policy) });
    }
  }

  async evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const known = this.#policies.get(policy);
    if (known === undefined) return this.#evaluator.evaluate(policy, review, signal);
    const { digest, phase } = this.#factsOf(review);
    const basis = `${known.key} ${digest}`;
    const held = this.#findHeld(policy, review, basis);
    const isYoung = held !== undefined && !this.#isDue(policy, held, { mark: known.mark, phase });
    if (isYoung && !isChosen(held.seal, this.#options.sample)) return take(held, basis);
    const outcome = await this.#evaluator.evaluate(policy, review, signal);
    if (outcome.verdict !== 'errored') return this.#compare(policy, outcome, { held, basis });
    // No verdict does not contradict the stored one.
    return isYoung ? take(held, basis) : outcome;
  }

  #mayBePure(policy: Policy): boolean {
    const { isDeclaredPure, observesPurity } = this.#options;
    return !policy.contextAware && policy.uid !== '' && (isDeclaredPure(policy) ?? observesPurity);
  }

  /** Once for all policies that are asked about an object. */
  #factsOf(review: Review): ReviewFacts {
    const known = this.#reviews.get(review);
    if (known !== undefined) return known;
    const phase = this.#options.phaseOf(review.object.reference);
    const facts = { digest: digestOf(review.body), phase };
    this.#reviews.set(review, facts);
    return facts;
  }

  /** The stored verdict if it was computed from this very basis. */
  #findHeld(policy: Policy, { object }: Review, basis: string): SealedVerdict | undefined {
    const found = this.#options.stored.find(object.reference, policy);
    return found !== undefined && found.seal === sealOf(basis, found) ? found : undefined;
  }

  #isDue(
    policy: Policy,
    { isOfThisRun = false }: SealedVerdict,
    { mark, phase }: { readonly mark: Mark; readonly phase: number },
  ): boolean {
    const { ageMs, stored } = this.#options;
    if (this.#refuted.has(policy)) return true;
    return !isOfThisRun && isDue(phase, mark, { start: stored.startedAt, ageMs });
  }

  #compare(
    policy: Policy,
    answer: Answer,
    { held, basis }: { readonly held: SealedVerdict | undefined; readonly basis: string },
  ): EvaluationOutcome {
    const isSound = answer.doubt === undefined && (answer.pure ?? !this.#options.observesPurity);
    const outcome = isSound ? { ...answer, basis } : answer;
    if (held === undefined) return outcome;
    const isSame = resultOf(answer) === held.result && textOf(answer.message) === textOf(held.message);
    if (!isSame) this.#refuted.add(policy);
    return { ...outcome, reuse: isSame ? 'confirmed' : 'refuted' };
  }
}

function take({ result, message }: StoredVerdict, basis: string): EvaluationOutcome {
  return { verdict: result === 'pass' ? 'allowed' : 'denied', message, basis, reuse: 'taken' };
}

function resultOf({ verdict }: Answer): StoredVerdict['result'] {
  return verdict === 'allowed' ? 'pass' : 'fail';
}

/** As reports store it. */
function textOf(message: string | undefined): string {
  return (message ?? '').toWellFormed();
}

/** Whether a result belongs to the sample: by its seal, which is as good as random, and the seed, so that every run has another one. */
function isChosen(seal: string, { share, seed }: ReuseOptions['sample']): boolean {
  let mixed = seed | 0;
  for (let index = 0; index < seal.length; index += 1)
    mixed = Math.imul(mixed ^ seal.charCodeAt(index), 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32 < share;
}
