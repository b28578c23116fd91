export type { Access, AccessReviewer, Permission } from './access.ts';
export { readAnnotation, readOwner } from './metadata.ts';
export type {
  AccessReview,
  ObjectReader,
  ReadableObject,
} from './object-reader.ts';
export { createOverlaidPolicySource, createPairedPolicySource } from './policy-overlay.ts';
export {
  moduleUseSchema,
  optional,
  parsePolicy,
  policyApi,
  policyResources,
  sortByKind,
  toDocumented,
  toSeverity,
  withDefault,
} from './policy-schema.ts';
export type {
  ApiDiscovery,
  BrokenPolicy,
  DiscoveredApi,
  KnownCluster,
  ListTarget,
  Namespace,
  NamespaceSource,
  OwnedObject,
  OwnerSource,
  PolicyServerSource,
  PolicySource,
  ReferredObject,
  ResourceSource,
  UnreadInput,
} from './source.ts';
