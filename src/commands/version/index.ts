export { version } from './command.ts';
