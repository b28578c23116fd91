import { performance } from 'node:perf_hooks';
import { AuditError, errorCodes, type Policy } from '../../domain/index.ts';
import type { PolicyEvaluator } from '../../evaluation/index.ts';
import {
  type BalancingOptions,
  createPolicyServerEvaluator,
  type LocatePolicyServer,
  type PolicyServerEvaluatorOptions,
} from '../../evaluation/policy-server/index.ts';
import type { Io } from '../../host/index.ts';
import type { SelectedPolicy } from '../../matching/index.ts';
import { certificateFacts, fetchCertificate, findProxy, type TlsSettings } from '../../net/index.ts';
import { askPolicies, concurrency, madeUp, madeUpReview } from './made-up-object.ts';
import type { EndpointFacts, ServerFacts } from './server-checks.ts';

/** One policy server that is asked whether it works. */
export type ProbeTarget = {
  readonly name: string;
  readonly locate: LocatePolicyServer;
  /** Policies that are asked about a made-up object; undefined asks none. */
  readonly policies: readonly SelectedPolicy[] | undefined;
  /** How its endpoints are found; undefined where none is to be connected to. */
  readonly readEndpoints?: BalancingOptions['readEndpoints'] | undefined;
};

export type ProbeOptions = { readonly io: Io; readonly tls: TlsSettings };

/** Asks a policy server about a policy that nobody has: nothing is evaluated, and a server that works says that it knows no such policy. */
export async function probeServer(
  { name, locate, policies, readEndpoints }: ProbeTarget,
  { io, tls }: ProbeOptions,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const options = {
    resolve: () => Promise.resolve(locate),
    tls,
    findProxy: (server: URL) => findProxy(server, io.env),
    concurrency,
    now: io.now,
  };
  const evaluator = createPolicyServerEvaluator(options);
  try {
    const located = locate(name);
    const url = located instanceof AuditError ? undefined : located;
    const [answer, certificate, endpoints] = await Promise.all([
      askAboutNobody(evaluator, name, signal),
      url === undefined || findProxy(url, io.env) !== undefined ? undefined : fetchCertificate(url, tls),
      readEndpoints && probeEndpoints(name, { ...options, readEndpoints }, signal),
    ]);
    const asked =
      policies === undefined || answer.failure !== undefined
        ? undefined
        : await askPolicies(evaluator, policies.map(onServer(name)), signal);
    return {
      name,
      url,
      ...answer,
      certificate: certificate && certificateFacts(certificate),
      policies: asked,
      endpoints,
    };
  } finally {
    await evaluator.close();
  }
}

type EndpointOptions = PolicyServerEvaluatorOptions & Pick<BalancingOptions, 'readEndpoints'>;

/** Connects to the endpoints as a scan does before its first evaluation. Undefined where the server's address is not known. */
async function probeEndpoints(
  name: string,
  { readEndpoints, ...options }: EndpointOptions,
  signal: AbortSignal,
): Promise<EndpointFacts | undefined> {
  const strangers: string[] = [];
  const balancing: BalancingOptions = {
    readEndpoints,
    clock: () => performance.now(),
    random: Math.random,
    onPerRequest: () => undefined,
    onStranger: (_server, { host, port }) => strangers.push(`${host} port ${port}`),
  };
  const evaluator = createPolicyServerEvaluator({ ...options, balancing });
  try {
    await evaluator.prepare([createPolicy(name)], signal);
    const [connections] = evaluator.connections?.() ?? [];
    return connections && { ...connections, strangers };
  } finally {
    await evaluator.close();
  }
}

async function askAboutNobody(
  evaluator: PolicyEvaluator,
  policyServer: string,
  signal: AbortSignal,
): Promise<Pick<ServerFacts, 'failure' | 'latencyMs' | 'answersToAnything'>> {
  const policy = createPolicy(policyServer);
  const unprepared = (await evaluator.prepare([policy], signal)).get(policy.uniqueName);
  const startedAt = performance.now();
  if (unprepared !== undefined) return { failure: unprepared, latencyMs: 0, answersToAnything: false };
  const outcome = await evaluator.evaluate(policy, madeUpReview(), signal);
  const latencyMs = performance.now() - startedAt;
  if (outcome.verdict !== 'errored') return { failure: undefined, latencyMs, answersToAnything: true };
  const isUnknown = outcome.error.code === errorCodes.policyNotLoaded;
  return { failure: isUnknown ? undefined : outcome.error, latencyMs, answersToAnything: false };
}

/** The policies as those of one server, which --policy-server-url makes them. */
function onServer(policyServer: string): (selected: SelectedPolicy) => SelectedPolicy {
  return ({ status, ...selected }) => ({
    ...selected,
    status: { ...status, policy: { ...status.policy, policyServer } },
  });
}

/** The policy that nobody has. Its short limit is that of the answer. */
function createPolicy(policyServer: string): Policy {
  return {
    kind: 'ClusterAdmissionPolicy',
    name: madeUp,
    namespace: undefined,
    uid: '',
    resourceVersion: '',
    generation: 1,
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
