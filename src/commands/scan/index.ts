export { scan } from './command.ts';
export type { ConfigFile } from './config-layer.ts';
export { configureScan, toReuse } from './configure.ts';
export { conflict, findPairProblems, findReuseProblems } from './conflicts.ts';
export { loadConfigLayer } from './load-config-layer.ts';
export { loadOutputs } from './load-outputs.ts';
export { type Asked, configureLook, type Look, startLook } from './look.ts';
export { type ScanFlags, scanGroups, scanOptions } from './options.ts';
export { withoutOverruled } from './overruled.ts';
export { findPaths } from './paths.ts';
export {
  baselineOption,
  baselineOptions,
  historyOption,
  judgingGroup,
  policyFilterOptions,
  screenGroup,
  showingGroup,
} from './result-options.ts';
export { startAudit } from './start.ts';
export { startScan } from './start-scan.ts';
