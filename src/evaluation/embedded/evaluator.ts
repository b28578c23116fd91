import { AuditError, type EvaluationOutcome, errorCodes, type Policy } from '../../domain/index.ts';
import {
  type AdmissionResponse,
  createEngine,
  type Engine,
  EngineError,
  type EngineOptions,
  type Evaluated,
  type PolicyProgram,
} from '../../engine/index.ts';
import { type PolicyEvaluator, type Review, tidyErrorText, toOutcome } from '../index.ts';
import { fromEngine } from './engine-errors.ts';

export type EmbeddedEvaluatorOptions = EngineOptions & {
  /** What a policy runs, or why that is not known. Rejects only when the signal aborts. */
  readonly programs: (policy: Policy, signal: AbortSignal) => Promise<PolicyProgram | AuditError>;
};

export interface EmbeddedEvaluator extends PolicyEvaluator {
  /** The answer that policy-server gives on `/audit`, for a policy that `prepare` accepted. Rejects only when the signal aborts. */
  respond(policy: Policy, body: Uint8Array, signal: AbortSignal): Promise<AdmissionResponse | AuditError>;
}

/** Evaluates WebAssembly policies in worker threads of this process. */
export function createEmbeddedEvaluator(options: EmbeddedEvaluatorOptions): EmbeddedEvaluator {
  return new WasmEvaluator(options);
}

class WasmEvaluator implements EmbeddedEvaluator {
  readonly #programs: EmbeddedEvaluatorOptions['programs'];
  readonly #engine: Engine;
  readonly #refused = new Map<string, AuditError>();

  constructor({ programs, onLog, ...options }: EmbeddedEvaluatorOptions) {
    this.#programs = programs;
    this.#engine = createEngine({
      ...options,
      onLog: (log) => onLog?.({ ...log, message: tidyErrorText(log.message) }),
    });
  }

  async prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>> {
    const refused = await Promise.all(
      policies.map(async (policy) => {
        const { uniqueName } = policy;
        const refusal = await this.#prepareOne(policy, signal);
        if (refusal === undefined) this.#refused.delete(uniqueName);
        else this.#refused.set(uniqueName, refusal);
        return refusal === undefined ? [] : [[uniqueName, refusal] as const];
      }),
    );
    return new Map(refused.flat());
  }

  async evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const answer = await this.#ask(policy, review.body, signal);
    if (answer instanceof AuditError) return { verdict: 'errored', error: answer };
    const { response, isPure } = answer;
    const outcome = toOutcome(response, {
      silent: 'the policy failed and did not say why',
      object: review.object,
    });
    if (outcome.verdict === 'errored') return outcome;
    if (response.doubt === undefined) return { ...outcome, pure: isPure };
    const message = `the verdicts of policy "${policy.uniqueName}" may be wrong: ${response.doubt}`;
    return { ...outcome, pure: isPure, doubt: new AuditError(errorCodes.verdictDoubtful, message) };
  }

  async respond(
    policy: Policy,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<AdmissionResponse | AuditError> {
    const answer = await this.#ask(policy, body, signal);
    return answer instanceof AuditError ? answer : answer.response;
  }

  async #ask({ uniqueName }: Policy, body: Uint8Array, signal: AbortSignal): Promise<Evaluated | AuditError> {
    signal.throwIfAborted();
    try {
      return this.#refused.get(uniqueName) ?? (await this.#engine.evaluate(uniqueName, body, signal));
    } catch (thrown) {
      if (thrown instanceof EngineError) return fromEngine(thrown);
      throw thrown;
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #prepareOne(policy: Policy, signal: AbortSignal): Promise<AuditError | undefined> {
    try {
      const program = await this.#programs(policy, signal);
      if (program instanceof AuditError) return program;
      await this.#engine.prepare(policy.uniqueName, program, signal);
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      return fromEngine(thrown);
    }
  }
}
