export { rbac } from './command.ts';
export { loadNeeds } from './load-needs.ts';
export type { ReviewedNeed } from './review.ts';
