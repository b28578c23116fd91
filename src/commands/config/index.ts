export { config } from './command.ts';
