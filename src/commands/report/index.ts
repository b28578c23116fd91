export { report } from './command.ts';
