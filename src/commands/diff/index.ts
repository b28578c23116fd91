export { diff } from './command.ts';
