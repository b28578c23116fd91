import type { FindImageRegistry } from '../engine/index.ts';
import type { PolicySource } from '../sources/index.ts';
import type { FindModules } from './engine.ts';

/** Policies, and what the engine of this process needs to run them. */
export type PolicySet = {
  readonly source: PolicySource;
  /** On the terms of whom a policy is from. */
  readonly findModules: FindModules;
  /** For policies whose modules were found. */
  readonly findImageRegistry: FindImageRegistry;
  readonly close: () => Promise<void>;
};
