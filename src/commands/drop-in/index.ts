export { dropIn } from './command.ts';
export { dropInGroups } from './options.ts';
