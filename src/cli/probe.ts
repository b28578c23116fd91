import { performance } from 'node:perf_hooks';
import { forEachConcurrent } from '../audit/concurrency.ts';
import { AuditError, type ErrorCode, errorCodes } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { type ApiResource, type AuditedObject, formatApiVersion } from '../domain/resource.ts';
import type { PolicyEvaluator, Review } from '../evaluation/evaluator.ts';
import { createPolicyServerEvaluator, type LocatePolicyServer } from '../evaluation/http/policy-server.ts';
import { fetchServerCertificate } from '../evaluation/http/server-certificate.ts';
import type { TlsSettings } from '../evaluation/http/tls.ts';
import { buildReview } from '../evaluation/review.ts';
import { findProxy } from '../kubernetes/proxy.ts';
import type { SelectedPolicy } from '../matching/select.ts';
import type { PolicyFailure, ServerFacts } from '../preflight/doctor/server-checks.ts';
import type { Io } from './io.ts';

/** One policy server that is asked whether it works. */
export type ProbeTarget = {
  readonly name: string;
  readonly locate: LocatePolicyServer;
  /** Policies that are asked about a made-up object; undefined asks none. */
  readonly policies: readonly SelectedPolicy[] | undefined;
};

export type ProbeOptions = { readonly io: Io; readonly tls: TlsSettings };

/** Asks a policy server about a policy that nobody has: nothing is evaluated, and a server that works says that it knows no such policy. */
export async function probeServer(
  { name, locate, policies }: ProbeTarget,
  { io, tls }: ProbeOptions,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const evaluator = createPolicyServerEvaluator({
    resolve: () => Promise.resolve(locate),
    tls,
    findProxy: (server) => findProxy(server, io.env),
    concurrency,
    now: io.now,
  });
  try {
    const located = locate(name);
    const url = located instanceof AuditError ? undefined : located;
    const [answer, certificate] = await Promise.all([
      askAboutNobody(evaluator, name, signal),
      url === undefined || findProxy(url, io.env) !== undefined
        ? undefined
        : fetchServerCertificate(url, tls),
    ]);
    const asked =
      policies === undefined || answer.failure !== undefined
        ? undefined
        : await askPolicies(evaluator, { policies, policyServer: name }, signal);
    return { name, url, ...answer, certificate, policies: asked };
  } finally {
    await evaluator.close();
  }
}

const concurrency = 4;
const madeUp = 'audit-scanner-doctor';
const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  verbs: [],
};

async function askAboutNobody(
  evaluator: PolicyEvaluator,
  policyServer: string,
  signal: AbortSignal,
): Promise<Pick<ServerFacts, 'failure' | 'latencyMs' | 'answersToAnything'>> {
  const policy = createPolicy(policyServer);
  const unprepared = (await evaluator.prepare([policy], signal)).get(policy.uniqueName);
  const startedAt = performance.now();
  if (unprepared !== undefined) return { failure: unprepared, latencyMs: 0, answersToAnything: false };
  const outcome = await evaluator.evaluate(policy, createReview(configMaps, 'default'), signal);
  const latencyMs = performance.now() - startedAt;
  if (outcome.verdict !== 'errored') return { failure: undefined, latencyMs, answersToAnything: true };
  const isUnknown = outcome.error.code === errorCodes.policyNotLoaded;
  return { failure: isUnknown ? undefined : outcome.error, latencyMs, answersToAnything: false };
}

/** The policy may well fail on such an object: that is an answer, too. */
const answers: ReadonlySet<ErrorCode> = new Set([errorCodes.evaluationFailed, errorCodes.policyServerError]);

async function askPolicies(
  evaluator: PolicyEvaluator,
  { policies, policyServer }: { readonly policies: readonly SelectedPolicy[]; readonly policyServer: string },
  signal: AbortSignal,
): Promise<NonNullable<ServerFacts['policies']>> {
  const failures = new Map<Policy, PolicyFailure>();
  await forEachConcurrent(policies, concurrency, async ({ status: { policy }, targets }) => {
    const review = createReview(targets[0] ?? configMaps, policy.namespace ?? 'default');
    const outcome = await evaluator.evaluate({ ...policy, policyServer }, review, signal);
    if (outcome.verdict === 'errored' && !answers.has(outcome.error.code))
      failures.set(policy, { policy: policy.name, error: outcome.error });
  });
  const failed = policies.flatMap(({ status }) => failures.get(status.policy) ?? []);
  return { known: policies.length - failed.length, failed };
}

function createReview(resource: ApiResource, inNamespace: string): Review {
  const namespace = resource.namespaced ? inNamespace : undefined;
  const apiVersion = formatApiVersion(resource);
  const { kind } = resource;
  const json = Buffer.from(JSON.stringify({ apiVersion, kind, metadata: { name: madeUp, namespace } }));
  const reference = { apiVersion, kind, namespace, name: madeUp, uid: madeUp, resourceVersion: '' };
  const object: AuditedObject = { resource, reference, labels: {}, json };
  return buildReview(object, { compat: false });
}

/** The policy that nobody has. Its short limit is that of the answer. */
function createPolicy(policyServer: string): Policy {
  return {
    kind: 'ClusterAdmissionPolicy',
    name: madeUp,
    namespace: undefined,
    uid: '',
    resourceVersion: '',
    uniqueName: madeUp,
    policyServer,
    mode: 'protect',
    mutating: false,
    contextAware: false,
    backgroundAudit: true,
    status: 'active',
    rules: [],
    objectSelector: undefined,
    namespaceSelector: undefined,
    allowInsideAdmissionControllerNamespace: true,
    matchPolicy: 'Equivalent',
    matchConditions: [],
    failurePolicy: 'Fail',
    timeoutSeconds: 2,
    severity: undefined,
    category: undefined,
  };
}
