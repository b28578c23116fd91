export { ChildEndedError, type ChildOptions, type ChildResult, runProgram } from './child-process.ts';
export { maxTextBytes, readRegularChunks, readRegularFile } from './regular-file.ts';
export { describeSystemError, systemErrorCode, UnsuitableFileError } from './system-errors.ts';
