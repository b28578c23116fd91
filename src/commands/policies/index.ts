export { policies } from './command.ts';
export { scanOfPolicies } from './options.ts';
