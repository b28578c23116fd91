import {
  type ApiResource,
  type ContextAwareResource,
  formatApiVersion,
  type Policy,
} from '../../domain/index.ts';
import { type AuditPlan, auditedOf } from '../../matching/index.ts';
import type { DiscoveredApi, ReferredObject } from '../../sources/index.ts';

/** What a scan reads because it evaluates the policies itself. */
export type EngineReads = {
  /** Types that audited policies were granted to read. */
  readonly types: readonly ApiResource[];
  /** What their PolicyServers refer to, in the namespace of Kubewarden. */
  readonly objects: readonly ReferredObject[];
};

export type EngineFacts = {
  /** Undefined where the policies are not known. */
  readonly plan: AuditPlan | undefined;
  readonly api: DiscoveredApi;
  /** By the name of the PolicyServer; undefined where they are not known. */
  readonly references: ReadonlyMap<string, readonly ReferredObject[]> | undefined;
};

/** A type that the API server does not serve is left out: nothing grants it. */
export function findEngineReads({ plan, api, references }: EngineFacts): EngineReads {
  const policies = plan === undefined ? [] : auditedOf(plan).map(({ status }) => status.policy);
  const granted = new Set(policies.flatMap(grantsOf).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`));
  // For policies of files, flags say how their modules are fetched.
  const installed = policies.filter(({ origin }) => origin !== 'files');
  const servers = new Set(installed.map(({ policyServer }) => policyServer));
  const objects = [...servers].flatMap((server) => references?.get(server) ?? []);
  return {
    types: api.resources.filter((type) => granted.has(`${formatApiVersion(type)} ${type.kind}`)),
    objects: [...new Map(objects.map((object) => [`${object.resource}/${object.name}`, object])).values()],
  };
}

function grantsOf({ execution }: Policy): readonly ContextAwareResource[] {
  if (execution === undefined) return [];
  const uses = execution.kind === 'single' ? [execution] : Object.values(execution.members);
  return uses.flatMap(({ contextAwareResources }) => contextAwareResources);
}
