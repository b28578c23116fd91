export {
  exitCodeMeanings,
  exitCodeOf,
  exitCodeOfStop,
  exitCodes,
  type FrontDoor,
  strongestExitCode,
} from './exit-codes.ts';
export { failOnLevels, type GateConfig, incompleteActions, judge } from './gate.ts';
