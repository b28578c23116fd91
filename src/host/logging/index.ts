export { tellWarningsOfNode, withJsonStderr } from './json-stderr.ts';
export { createJsonLog, createTextLog, type Log, renderJsonLine } from './log.ts';
export { type LogFormat, renderErrorJson, tellError } from './tell-error.ts';
