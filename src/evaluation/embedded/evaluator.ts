import {
  AuditError,
  type EvaluationOutcome,
  errorCodes,
  type Policy,
  toAuditError,
} from '../../domain/index.ts';
import {
  type AdmissionResponse,
  createCompiler,
  deadlineExceeded,
  type ExecutionMode,
  failedResponse,
  type HostCapabilities,
  type LoadOptions,
  loadProgram,
  maxTimeouts,
  type PolicyProgram,
  Pool,
  type PoolResult,
  type ReadInventory,
  type SettingsResponse,
  toGuestRequest,
} from '../../engine/index.ts';
import { type PolicyEvaluator, type Review, tidyErrorText, toOutcome } from '../index.ts';

/** A line that a policy wrote. `level` is in lower case, by default `debug`. */
export type PolicyLog = { readonly policy: string; readonly level: string; readonly message: string };

export type EmbeddedEvaluatorOptions = {
  /** What a policy runs, or why that is not known. Rejects only when the signal aborts. */
  readonly programs: (policy: Policy, signal: AbortSignal) => Promise<PolicyProgram | AuditError>;
  readonly hostCapabilities: HostCapabilities;
  readonly readInventory: ReadInventory;
  readonly workers: number;
  /** For one evaluation, unless the policy has a limit of its own. */
  readonly timeoutMs?: number;
  /** The ceiling of a guest's memory in pages of 64 KiB, for the whole process. */
  readonly maxMemoryPages?: number;
  readonly onLog?: (log: PolicyLog) => void;
};

export interface EmbeddedEvaluator extends PolicyEvaluator {
  /** The answer that policy-server gives on `/audit`, for a policy that `prepare` accepted. Rejects only when the signal aborts. */
  respond(policy: Policy, body: Uint8Array, signal: AbortSignal): Promise<AdmissionResponse | AuditError>;
}

/** The mode of a group does not matter: its members use up their time one by one. */
type Prepared = { readonly program: number; readonly mode: ExecutionMode };

/** Evaluates WebAssembly policies in worker threads of this process. */
export function createEmbeddedEvaluator(options: EmbeddedEvaluatorOptions): EmbeddedEvaluator {
  return new WasmEvaluator(options);
}

class WasmEvaluator implements EmbeddedEvaluator {
  readonly #programs: EmbeddedEvaluatorOptions['programs'];
  readonly #loading: LoadOptions;
  readonly #pool: Pool;
  readonly #prepared = new Map<string, Prepared | AuditError>();
  readonly #names = new Map<number, string>();
  /** What policies get of each review: made once for all that are asked about an object. */
  readonly #requests = new WeakMap<Uint8Array, Uint8Array | AuditError>();

  constructor(options: EmbeddedEvaluatorOptions) {
    const { programs, readInventory, hostCapabilities, workers, timeoutMs = 2000, onLog } = options;
    this.#programs = programs;
    this.#loading = { compile: createCompiler(), readInventory, timeoutMs };
    const nameOf = (program: number): string => this.#names.get(program) ?? '';
    this.#pool = new Pool({
      workers,
      hostCapabilities,
      nameOf,
      maxMemoryPages: options.maxMemoryPages ?? 4096,
      onLog: ({ program, level, message }) => {
        onLog?.({ policy: nameOf(program), level, message: tidyErrorText(message) });
      },
    });
  }

  async prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>> {
    await Promise.all(
      policies.map(async (policy) => {
        this.#prepared.set(policy.uniqueName, await this.#prepareOne(policy, signal));
      }),
    );
    return new Map(
      policies.flatMap(({ uniqueName }) => {
        const prepared = this.#prepared.get(uniqueName);
        return prepared instanceof AuditError ? [[uniqueName, prepared] as const] : [];
      }),
    );
  }

  async evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    const response = await this.respond(policy, review.body, signal);
    if (response instanceof AuditError) return { verdict: 'errored', error: response };
    const outcome = toOutcome(response, {
      silent: 'the policy failed and did not say why',
      object: review.object,
    });
    if (response.doubt === undefined || outcome.verdict === 'errored') return outcome;
    const message = `the verdicts of policy "${policy.uniqueName}" may be wrong: ${response.doubt}`;
    return { ...outcome, doubt: new AuditError(errorCodes.verdictDoubtful, message) };
  }

  async respond(
    policy: Policy,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<AdmissionResponse | AuditError> {
    signal.throwIfAborted();
    const prepared = this.#prepared.get(policy.uniqueName);
    if (prepared === undefined)
      return new AuditError(errorCodes.internal, `policy "${policy.uniqueName}" was not prepared`);
    if (prepared instanceof AuditError) return prepared;
    const review = this.#toRequest(body);
    if (review instanceof AuditError) return review;
    const result = await this.#pool.run({ program: prepared.program, review }, signal);
    return toResponse(result, prepared, policy.uniqueName);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #toRequest(body: Uint8Array): Uint8Array | AuditError {
    const known = this.#requests.get(body);
    if (known !== undefined) return known;
    let request: Uint8Array | AuditError;
    try {
      request = toGuestRequest(body);
    } catch (thrown) {
      request = toAuditError(thrown);
    }
    this.#requests.set(body, request);
    return request;
  }

  async #prepareOne(policy: Policy, signal: AbortSignal): Promise<Prepared | AuditError> {
    try {
      const program = await this.#programs(policy, signal);
      if (program instanceof AuditError) return program;
      const named = { name: policy.uniqueName, program };
      return await this.#start(policy, await loadProgram(named, this.#loading, signal), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      return toAuditError(thrown);
    }
  }

  async #start(
    { uniqueName }: Policy,
    runnable: Awaited<ReturnType<typeof loadProgram>>,
    signal: AbortSignal,
  ): Promise<Prepared | AuditError> {
    const program = this.#pool.define(runnable);
    this.#names.set(program, uniqueName);
    const mode = runnable.kind === 'single' ? runnable.guest.mode : 'kubewarden-wapc';
    const { valid, message, unloadable } = toSettings(
      await this.#pool.run({ program, review: undefined }, signal),
      mode,
    );
    if (valid) return { program, mode };
    const why = tidyErrorText(message ?? 'no message');
    if (unloadable)
      return new AuditError(errorCodes.policyNotRunnable, `policy "${uniqueName}" cannot be run: ${why}`);
    return new AuditError(errorCodes.policySettingsInvalid, `Policy settings are invalid: ${why}`, {
      facts: [`policy: ${uniqueName}`],
    });
  }
}

function toResponse(result: PoolResult, { mode }: Prepared, policy: string): AdmissionResponse | AuditError {
  if ('response' in result) return result.response;
  if ('timedOut' in result) return failedResponse(deadlineExceeded(mode));
  if ('abandoned' in result) return tooSlow(policy);
  const why = 'died' in result ? result.died : 'it did not answer the question';
  return new AuditError(
    errorCodes.engineFailed,
    `the engine stopped while it evaluated policy "${policy}": ${why}`,
  );
}

function toSettings(result: PoolResult, mode: ExecutionMode): SettingsResponse {
  if ('settings' in result) return result.settings;
  if ('timedOut' in result) return { valid: false, message: deadlineExceeded(mode) };
  const why = 'died' in result ? result.died : 'it did not answer the question';
  return { valid: false, unloadable: true, message: `the engine stopped while it loaded the policy: ${why}` };
}

function tooSlow(policy: string): AuditError {
  return new AuditError(
    errorCodes.policyTooSlow,
    `policy "${policy}" used up its time ${maxTimeouts} times, so it is not evaluated any more`,
  );
}
