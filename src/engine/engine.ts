import type { Capabilities } from './capabilities/capabilities.ts';
import { toGuestRequest } from './guest/guest-request.ts';
import { type LoadOptions, loadProgram } from './loading.ts';
import { createCompiler } from './module/compiler.ts';
import {
  type AdmissionResponse,
  deadlineExceeded,
  type ExecutionMode,
  failedResponse,
  type SettingsResponse,
} from './program/admission-response.ts';
import { EngineError } from './program/engine-error.ts';
import type { PolicyProgram, RunnableProgram } from './program/program.ts';
import { maxTimeouts, Pool, type PoolResult } from './threads/pool.ts';

/** A line that a policy wrote. `level` is in lower case, by default `debug`. */
export type PolicyLog = { readonly policy: string; readonly level: string; readonly message: string };

export type EngineOptions = Capabilities & {
  readonly workers: number;
  /** How many of the workers may run now, where other engines run besides; undefined for all. */
  readonly mayUse?: (() => number) | undefined;
  /** For one evaluation, unless the policy has a limit of its own. */
  readonly timeoutMs?: number;
  /** The ceiling of a guest's memory in pages of 64 KiB, for the whole process. */
  readonly maxMemoryPages?: number;
  readonly onLog?: ((log: PolicyLog) => void) | undefined;
};

/** What came of an evaluation. `isPure`: the policy learnt nothing but its question, so that it would answer it the same at any time. */
export type Evaluated = { readonly response: AdmissionResponse; readonly isPure: boolean };

/** Evaluates WebAssembly policies in worker threads of this process. Everything rejects with an EngineError, or when the signal aborts. */
export interface Engine {
  /** Compiles what the policy with this unique name runs, starts it, and has it check its settings. */
  prepare(policy: string, program: PolicyProgram, signal: AbortSignal): Promise<void>;
  /** The answer that policy-server gives on `/audit` to the text of an AdmissionReview, of a policy that was prepared. */
  evaluate(policy: string, review: Uint8Array, signal: AbortSignal): Promise<Evaluated>;
  close(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  return new PooledEngine(options);
}

/** The mode of a group does not matter: its members use up their time one by one. */
type Prepared = { readonly program: number; readonly mode: ExecutionMode };

class PooledEngine implements Engine {
  readonly #loading: LoadOptions;
  readonly #pool: Pool;
  readonly #prepared = new Map<string, Prepared>();
  readonly #names = new Map<number, string>();
  /** What policies get of each review: made once for all that are asked about an object. */
  readonly #requests = new WeakMap<Uint8Array, Uint8Array | EngineError>();

  constructor(options: EngineOptions) {
    const { hostCapabilities, readInventory, workers, mayUse } = options;
    const { timeoutMs = 2000, maxMemoryPages = 4096 } = options;
    this.#loading = { compile: createCompiler(), readInventory, timeoutMs };
    const nameOf = (program: number): string => this.#names.get(program) ?? '';
    this.#pool = new Pool({
      workers,
      mayUse,
      hostCapabilities,
      nameOf,
      maxMemoryPages,
      onLog: ({ program, level, message }) => options.onLog?.({ policy: nameOf(program), level, message }),
    });
  }

  async prepare(policy: string, program: PolicyProgram, signal: AbortSignal): Promise<void> {
    const runnable = await loadProgram({ name: policy, program }, this.#loading, signal);
    this.#prepared.set(policy, await this.#start(policy, runnable, signal));
  }

  async evaluate(policy: string, review: Uint8Array, signal: AbortSignal): Promise<Evaluated> {
    const prepared = this.#prepared.get(policy);
    if (prepared === undefined) throw new EngineError('internal', `policy "${policy}" was not prepared`);
    const { program, mode } = prepared;
    const result = await this.#pool.run({ program, review: this.#toRequest(review) }, signal);
    return toEvaluated(result, mode, policy);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #toRequest(review: Uint8Array): Uint8Array {
    const request = this.#requests.get(review) ?? readRequest(review);
    this.#requests.set(review, request);
    if (request instanceof EngineError) throw request;
    return request;
  }

  async #start(name: string, runnable: RunnableProgram, signal: AbortSignal): Promise<Prepared> {
    const program = this.#pool.define(runnable);
    this.#names.set(program, name);
    const mode = runnable.kind === 'single' ? runnable.guest.mode : 'kubewarden-wapc';
    const result = await this.#pool.run({ program, review: undefined }, signal);
    const { valid, message: said = 'no message', unloadable } = toSettings(result, mode);
    if (valid) return { program, mode };
    if (unloadable) throw new EngineError('not-runnable', `policy "${name}" cannot be run: `, { said });
    throw new EngineError('settings-invalid', 'Policy settings are invalid: ', {
      said,
      facts: [`policy: ${name}`],
    });
  }
}

function readRequest(review: Uint8Array): Uint8Array | EngineError {
  try {
    return toGuestRequest(review);
  } catch (cause) {
    if (cause instanceof EngineError) return cause;
    return new EngineError('internal', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function toEvaluated(result: PoolResult, mode: ExecutionMode, policy: string): Evaluated {
  if ('response' in result) return result;
  if ('timedOut' in result) return { response: failedResponse(deadlineExceeded(mode)), isPure: false };
  if ('abandoned' in result)
    throw new EngineError(
      'too-slow',
      `policy "${policy}" exceeded its time limit ${maxTimeouts} times, so it is no longer evaluated`,
    );
  throw new EngineError(
    'stopped',
    `the engine stopped while it evaluated policy "${policy}": ${whyStopped(result)}`,
  );
}

function toSettings(result: PoolResult, mode: ExecutionMode): SettingsResponse {
  if ('settings' in result) return result.settings;
  if ('timedOut' in result) return { valid: false, message: deadlineExceeded(mode) };
  const message = `the engine stopped while it loaded the policy: ${whyStopped(result)}`;
  return { valid: false, unloadable: true, message };
}

function whyStopped(result: PoolResult): string {
  return 'died' in result ? result.died : 'it gave no answer';
}
