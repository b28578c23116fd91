export type {
  DisplayConfig,
  DisplayFilter,
  FilesConfig,
  HostCallsConfig,
  ModulesConfig,
  OutputSpec,
  PatternFilter,
  ScanConfig,
} from './config.ts';
export { configureDropIn } from './drop-in.ts';
export { dropInGroups, dropInOptions } from './drop-in-options.ts';
export { parseExceptions } from './exceptions.ts';
export { createKindFilter, createPolicyFilter } from './filters.ts';
export {
  configureDoctor,
  configurePolicies,
  configureRbac,
  configureStatus,
  type DoctorConfig,
  type PoliciesConfig,
  type RbacConfig,
  type StatusConfig,
} from './inspection.ts';
export { type InspectionOptions, inspectionOptions } from './inspection-options.ts';
export { environmentVariable, type OptionGroup, type OptionSpec, optionKey } from './option.ts';
export { parseOutput } from './output.ts';
export { parseArgs } from './program.ts';
export { explainReferenceFlag } from './reference-flags.ts';
export { configureScan } from './scan.ts';
export { scanGroups, scanOptions } from './scan-options.ts';
export type { Checked } from './schema.ts';
export type { Environment, FlagValues } from './sources.ts';
export { Invalid } from './values.ts';
