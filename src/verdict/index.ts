export {
  exitCodeMeanings,
  exitCodeOf,
  exitCodeOfStop,
  exitCodes,
  type FrontDoor,
  strongestExitCode,
} from './exit-codes.ts';
export { failOnLevels, type GateConfig, judge } from './gate.ts';
