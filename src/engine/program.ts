import type { ContextAwareResource } from '../domain/index.ts';

/** One module with what its policy says about it. */
export type ModuleProgram = {
  readonly kind: 'single';
  readonly wasm: Uint8Array;
  /** What the policy's author of settings wrote; null or absent means none. It goes through JSON.stringify. */
  readonly settings: unknown;
  /** What the policy was granted to read. */
  readonly contextAwareResources: readonly ContextAwareResource[];
  /** Patterns of host capabilities that the policy was granted: `*`, `oci/*`, `oci/v1/*` or `oci/v1/verify`. */
  readonly hostCapabilities: readonly string[];
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

export type PolicyProgram = ModuleProgram | GroupProgram;
