export { limitHeap } from './heap.ts';
export { asksForHelp } from './help-flag.ts';
export { findHomeDir } from './home-dir.ts';
export type { Io } from './io.ts';
export { asksForJsonLog, type LogLevel, type LogLine, logLevels } from './log-line.ts';
export { checkOutputFile, type Destination, OutputFile } from './output-file.ts';
export { createProcessIo } from './process-io.ts';
export { asCalled, isPluginCompletion, programName } from './program-name.ts';
export { type RenderErrorOptions, renderError } from './render-error.ts';
export { listenForStop, type Stopping } from './stopping.ts';
export {
  type ColorChoice,
  defaultHeight,
  defaultWidth,
  isLively,
  screenLines,
  terminalWidth,
  usesColor,
  widthForPeople,
} from './terminal.ts';
export { writeTerminationMessage } from './termination-log.ts';
export { readKeyFile, readUserFile } from './user-file.ts';
export { toolVersion } from './version.ts';
