export { verifyEvidence } from './command.ts';
