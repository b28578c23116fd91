export {
  createPolicyServerEvaluator,
  type LocatePolicyServer,
  type PolicyServerEvaluatorOptions,
} from './policy-server.ts';
