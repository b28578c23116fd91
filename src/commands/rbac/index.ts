export { rbac } from './command.ts';
export { findNeeds } from './needs.ts';
export { toNeedsOptions } from './needs-options.ts';
export { type ReviewedNeed, reviewNeeds } from './review.ts';
