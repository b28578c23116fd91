export { renderErrorJson, tellWarningsOfNode, withJsonStderr } from './json-stderr.ts';
export { createJsonLog, createTextLog, type Log, renderJsonLine } from './log.ts';
export { type LogFormat, tellError } from './tell-error.ts';
