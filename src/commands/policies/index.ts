export { policies } from './command.ts';
