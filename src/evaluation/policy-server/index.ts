export type { BalancingOptions } from './balancing.ts';
export {
  createPolicyServerEvaluator,
  type LocatePolicyServer,
  type PolicyServerEvaluatorOptions,
} from './policy-server.ts';
