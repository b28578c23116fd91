export { runAudit } from './audit.ts';
export { openResultBook, partOf } from './cluster-books.ts';
export { forEachConcurrent } from './concurrency.ts';
export { DiffBook, Passes } from './diff-book.ts';
export { describeDiffNotes, type NotedResult } from './diff-notes.ts';
export type { AuditEvent, AuditObserver, ExpectedType } from './events.ts';
export { mergeOutcomes } from './merge-outcomes.ts';
export { OwnerBook } from './owners.ts';
export type { AnnotationReader, AuditPorts, AuditRequest, AuditSignals, SaidOfItself } from './ports.ts';
export {
  gatherNamespaces,
  type ListedPolicies,
  type Preparation,
  type PreparationRequest,
  planScan,
  prepareAudit,
} from './preparation.ts';
