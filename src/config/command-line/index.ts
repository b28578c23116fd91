export { readCommandLine } from './command-line.ts';
