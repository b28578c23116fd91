import {
  type AuditPorts,
  gatherNamespaces,
  type ListedPolicies,
  type PreparationRequest,
  planScan,
} from '../audit/index.ts';
import { AuditError, orError } from '../domain/index.ts';
import type { AuditPlan } from '../matching/index.ts';
import type { DiscoveredApi, Namespace, PolicyServerSource, ReferredObject } from '../sources/index.ts';

/** What could be found out, each with the reason where it could not. Unlike a scan, it goes on with what there is. */
export type Facts = {
  readonly api: DiscoveredApi | AuditError;
  readonly policies: ListedPolicies | AuditError;
  readonly namespaces: readonly Namespace[] | AuditError;
  /** What each PolicyServer refers to; undefined where the scan does not need it. */
  readonly references: ReadonlyMap<string, readonly ReferredObject[]> | AuditError | undefined;
};

export type FactPorts = Pick<AuditPorts, 'discovery' | 'policies' | 'namespaces'> & {
  /** Undefined for a scan that asks policy servers. */
  readonly policyServers: PolicyServerSource | undefined;
};

/** Rejects only for defects and when the signal aborts. */
export async function gatherFacts(
  ports: FactPorts,
  request: PreparationRequest,
  signal: AbortSignal,
): Promise<Facts> {
  const [api, policies, namespaces, references] = await Promise.all([
    orError(ports.discovery.discover(signal)),
    orError(ports.policies.list(signal)),
    orError(gatherNamespaces(ports, request, signal).then((gathered) => gathered.namespaces)),
    ports.policyServers && orError(ports.policyServers.references(signal)),
  ]);
  signal.throwIfAborted();
  return { api, policies, namespaces, references };
}

/** Undefined where types or policies are not known. Without a list of namespaces those count that policies live in. */
export function planFromFacts(
  { api, policies, namespaces }: Facts,
  request: PreparationRequest,
): AuditPlan | undefined {
  if (api instanceof AuditError || policies instanceof AuditError) return undefined;
  const known =
    namespaces instanceof AuditError ? guessNamespaces(policies, request.ignoreNamespaces) : namespaces;
  return planScan({ api, policies: policies.policies, namespaces: known }, request).plan;
}

function guessNamespaces({ policies }: ListedPolicies, ignored: readonly string[]): readonly Namespace[] {
  const names = new Set(['default', ...policies.flatMap(({ namespace }) => namespace ?? [])]);
  return [...names].filter((name) => !ignored.includes(name)).map((name) => ({ name, labels: {} }));
}
