export { demo } from './command.ts';
