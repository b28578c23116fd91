export { announceOnJob } from './job-events.ts';
