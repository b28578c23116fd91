export { doctor } from './command.ts';
