export { runStatus } from './run.ts';
