export { exitCodeMeanings, exitCodeOf, exitCodeOfStop, exitCodes, strongestExitCode } from './exit-codes.ts';
export { judge } from './gate.ts';
