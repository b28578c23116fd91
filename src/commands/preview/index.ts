export { preview } from './command.ts';
