export {
  type AuditRunner,
  type Command,
  type CommandEntry,
  type Surroundings,
} from './command.ts';
export {
  type AttestConfig,
  type Checked,
  type DisplayConfig,
  type DisplayFilter,
  deepFreeze,
  type FilesConfig,
  type HostCallsConfig,
  type ModulesConfig,
  type OutputSpec,
  type PolicyFilesConfig,
  type PolicySourcesConfig,
  type ReuseConfig,
  type ScanConfig,
} from './config.ts';

export {
  createKindFilter,
  createPluralFreeFilter,
  createPolicyFilter,
  createPurityFilter,
} from './filters.ts';
export { type Environment, type FlagValues, Given } from './given.ts';
export { findMisspeltVariables } from './misspelt-variables.ts';
export {
  count,
  environmentVariable,
  type KeyOf,
  list,
  type OptionGroup,
  type OptionSpec,
  type OptionsOf,
  type OptionUse,
  optionKey,
  type RowOf,
  text,
  texts,
  toggle,
} from './option.ts';
export { renderGroups, renderRows } from './render-options.ts';
export { chooseShard, shardGroup } from './shard.ts';
export {
  apiServerOptions,
  configGroup,
  connectionGroup,
  defaultConcurrency,
  type Engine,
  engineGroup,
  engines,
  filePoliciesGroup,
  reuseOptions,
  shared,
  targetGroup,
} from './shared-options.ts';
export { eventsOption, findTelemetryProblems, telemetryGroup, toTelemetry } from './telemetry-options.ts';
export { explainForeignFlag, unknownFlag } from './unknown-flags.ts';
export { type CommandLine, type FlagGrammar, type Use, Uses } from './uses.ts';
export {
  Invalid,
  isNamespaceName,
  oneOf,
  optional,
  type Parse,
  parseAge,
  parseDuration,
  parseHttpUrl,
  parseInteger,
  parseNamespace,
  parseSelector,
} from './values.ts';
