export { createMatcher, type Match } from './match.ts';
export type { MatchConditions } from './match-conditions.ts';
export {
  type AuditPlan,
  applicableNamespaces,
  auditedOf,
  type PlannedPolicy,
  type PlannedType,
  type PlanScope,
  planAudit,
  shunnedNamespace,
} from './plan.ts';
export { readConditions } from './read-conditions.ts';
export type { SelectedPolicy } from './select.ts';
