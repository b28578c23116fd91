import type { ExecutionMode } from './admission-response.ts';
import type { Expression } from './expression.ts';

/** What a policy was granted. */
export type Grants = {
  /** The types whose objects it may read. */
  readonly contextAwareResources: readonly { readonly apiVersion: string; readonly kind: string }[];
  /** Patterns of host capabilities: `*`, `oci/*`, `oci/v1/*` or `oci/v1/verify`. */
  readonly hostCapabilities: readonly string[];
};

/** One module with what its policy says about it. */
export type ModuleProgram = Grants & {
  readonly kind: 'single';
  readonly wasm: Uint8Array;
  /** What the policy's author of settings wrote; null or absent means none. It goes through JSON.stringify. */
  readonly settings: unknown;
  /** Overrides the engine's limit for one evaluation. */
  readonly timeoutEvalSeconds?: number | undefined;
};

/** Modules whose verdicts are joined by an expression such as `a() && !b()`. */
export type GroupProgram = {
  readonly kind: 'group';
  readonly members: Readonly<Record<string, ModuleProgram>>;
  readonly expression: string;
  /** What is said when the expression is false. */
  readonly message: string;
};

/** What a policy runs, as it comes. */
export type PolicyProgram = ModuleProgram | GroupProgram;

/** One module, ready to run. */
export type RunnableModule = Grants & {
  readonly mode: ExecutionMode;
  readonly module: WebAssembly.Module;
  /** Whether `makeRewindable` made it. */
  readonly rewindable: boolean;
  /** A JSON object. */
  readonly settings: string;
  readonly timeoutMs: number;
  /** The data document of a Rego policy: JSON in memory that all threads share. */
  readonly data: Uint8Array;
};

export type RunnableGroup = {
  readonly kind: 'group';
  /** As the policy is known to the reports. */
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly guest: RunnableModule }[];
  readonly expression: Expression;
  readonly message: string;
};

/** What a policy runs, as worker threads are given it. */
export type RunnableProgram = { readonly kind: 'single'; readonly guest: RunnableModule } | RunnableGroup;
