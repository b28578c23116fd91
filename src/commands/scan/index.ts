export { scan } from './command.ts';
export { configureScan, toReuse } from './configure.ts';
export { conflict, findPairProblems, findReuseProblems } from './conflicts.ts';
export { renderScanHelp } from './help.ts';
export { type Asked, configureLook, type Look, startLook } from './look.ts';
export { type ScanFlags, scanOptions } from './options.ts';
export { startAudit } from './start.ts';
