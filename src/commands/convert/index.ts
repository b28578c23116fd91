export { convert } from './command.ts';
