import { z } from 'zod';
import { AuditError, errorCodes, NoAnswerError } from '../../domain/index.ts';
import type { KubernetesClient } from '../../kubernetes/index.ts';
import { policyApi } from '../index.ts';
import { findMissingNamespace } from './kubewarden-namespace.ts';
import { readList } from './lists.ts';
import { createKubernetesNamespaceSource } from './namespaces.ts';

/** The base URL of a policy server by its name, or why it cannot be told. */
export type PolicyServerUrls = (policyServer: string) => URL | AuditError;

export type PolicyServerResolver = {
  /** Looks everything up once. Rejects only when the signal aborts: what cannot be told is the answer for each name. */
  resolve(signal: AbortSignal): Promise<PolicyServerUrls>;
};

export type PolicyServerOptions = {
  /** The namespace in which Kubewarden runs. */
  readonly kubewardenNamespace: string;
  /** Where to reach every policy server, from outside the cluster say; nothing is looked up then. */
  readonly policyServerUrl?: URL | undefined;
};

const instanceLabel = 'app.kubernetes.io/instance';

const policyServerSchema = z.object({ metadata: z.object({ name: z.string() }) });
const serviceSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.object({ ports: z.array(z.object({ port: z.number() })).nullish() }),
});

/** Finds the policy servers of a live cluster as the Kubewarden controller sets them up: one Service each. */
export function createPolicyServerResolver(
  client: KubernetesClient,
  options: PolicyServerOptions,
): PolicyServerResolver {
  const { kubewardenNamespace: namespace, policyServerUrl } = options;
  return {
    async resolve(signal) {
      if (policyServerUrl !== undefined) {
        const url = new URL(policyServerUrl.href.replace(/\/+$/, ''));
        return () => url;
      }
      try {
        const [servers, services] = await Promise.all([
          readList(client, { ...policyApi, resource: 'policyservers', namespace: undefined }, signal),
          readList(client, { ...serviceType, namespace, labelSelector: instanceLabel }, signal),
        ]);
        const missing = services.length === 0 ? await whyNoService(client, namespace, signal) : undefined;
        if (missing !== undefined) return (name) => unresolved(name, missing.message, missing);
        return createLookup(namespace, servers, services);
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof AuditError)) throw thrown;
        return (name) => unresolved(name, thrown.message, thrown);
      }
    },
  };
}

/** An empty list says the same of a namespace without Services and of one that does not exist. */
async function whyNoService(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<AuditError | undefined> {
  try {
    const existing = await createKubernetesNamespaceSource(client).list(signal);
    return findMissingNamespace(
      namespace,
      existing.map(({ name }) => name),
    );
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof AuditError)) throw thrown;
    // Who may not list namespaces gets the plainer reason: that there is no Service.
    return undefined;
  }
}

const serviceType = { group: '', version: 'v1', resource: 'services' };

function createLookup(
  namespace: string,
  servers: readonly unknown[],
  services: readonly unknown[],
): PolicyServerUrls {
  const names = new Set(parseAll(policyServerSchema, servers).map(({ metadata }) => metadata.name));
  const byInstance = Map.groupBy(
    parseAll(serviceSchema, services),
    (service) => service.metadata.labels[instanceLabel],
  );
  return (name) => {
    if (!names.has(name)) return unresolved(name, `there is no PolicyServer "${name}"`);
    const instance = `policy-server-${name}`;
    const found = byInstance.get(instance) ?? [];
    const [service] = found;
    const where = `with the label ${instanceLabel}=${instance} in namespace "${namespace}"`;
    if (service === undefined) return unresolved(name, `there is no Service ${where}`);
    if (found.length > 1)
      return unresolved(name, `there are ${found.length} Services ${where}, but there must be exactly one`);
    const [port] = service.spec.ports ?? [];
    if (port === undefined) return unresolved(name, `its Service "${service.metadata.name}" has no port`);
    return new URL(`https://${service.metadata.name}.${namespace}.svc:${port.port}`);
  };
}

function parseAll<T>(schema: z.ZodType<T>, documents: readonly unknown[]): T[] {
  return documents.flatMap((document) => {
    const { success, data } = schema.safeParse(document);
    return success ? [data] : [];
  });
}

function unresolved(name: string, why: string, cause?: unknown): NoAnswerError {
  const message = `cannot determine the address of policy server "${name}": ${why}`;
  const missing = cause instanceof AuditError && cause.code === errorCodes.kubewardenNamespaceMissing;
  return new NoAnswerError(errorCodes.policyServerUnresolved, message, {
    facts: missing ? cause.facts : [],
    tries: missing ? cause.tries : [`kubectl get policyserver ${name}`],
    cause,
  });
}
