export { completion } from './command.ts';
export { complete } from './complete.ts';
