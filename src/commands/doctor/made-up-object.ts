import { forEachConcurrent } from '../../audit/index.ts';
import {
  type ApiResource,
  type AuditedObject,
  type ErrorCode,
  errorCodes,
  formatApiVersion,
  type Policy,
} from '../../domain/index.ts';
import { buildReview, type PolicyEvaluator, type Review } from '../../evaluation/index.ts';
import type { SelectedPolicy } from '../../matching/index.ts';
import type { PolicyAnswers, PolicyFailure } from './policy-checks.ts';

/** The name of what is made up, objects and policies alike. */
export const madeUp = 'audit-scanner-doctor';

export const concurrency = 4;

const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  verbs: [],
};

/** The policy may well fail on such an object: that is an answer, too. */
const answers: ReadonlySet<ErrorCode> = new Set([errorCodes.evaluationFailed, errorCodes.policyServerError]);

/** Asks each policy, which the evaluator is prepared for, about one object that does not exist. */
export async function askPolicies(
  evaluator: PolicyEvaluator,
  policies: readonly SelectedPolicy[],
  signal: AbortSignal,
): Promise<PolicyAnswers> {
  const failures = new Map<Policy, PolicyFailure>();
  await forEachConcurrent(policies, concurrency, async ({ status: { policy }, targets }) => {
    const review = madeUpReview(targets[0], policy.namespace);
    const outcome = await evaluator.evaluate(policy, review, signal);
    if (outcome.verdict === 'errored' && !answers.has(outcome.error.code))
      failures.set(policy, { policy: policy.name, error: outcome.error });
  });
  const failed = policies.flatMap(({ status }) => failures.get(status.policy) ?? []);
  return { known: policies.length - failed.length, failed };
}

/** The request about an object that does not exist. */
export function madeUpReview(resource: ApiResource = configMaps, inNamespace = 'default'): Review {
  const namespace = resource.namespaced ? inNamespace : undefined;
  const apiVersion = formatApiVersion(resource);
  const { kind } = resource;
  const json = Buffer.from(JSON.stringify({ apiVersion, kind, metadata: { name: madeUp, namespace } }));
  const reference = { apiVersion, kind, namespace, name: madeUp, uid: madeUp, resourceVersion: '' };
  const object: AuditedObject = { resource, reference, labels: {}, json };
  return buildReview(object, { compat: false });
}
