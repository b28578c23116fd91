export { runPolicies } from './run.ts';
