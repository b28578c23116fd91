import { AuditError, errorCodes, type Policy } from '../../domain/index.ts';
import { formatServer, isApiStatus, type KubernetesClient } from '../../kubernetes/index.ts';
import { type BrokenPolicy, type PolicySource, parsePolicy, policyApi, policyResources } from '../index.ts';
import { readList } from './lists.ts';

/** The policies of a live cluster. */
export function createKubernetesPolicySource(client: KubernetesClient): PolicySource {
  return {
    async list(signal) {
      const lists = await Promise.all(policyResources.map((type) => listKind(client, type, signal)));
      if (lists.every((list) => list === undefined)) throw kubewardenMissing(client);
      const parsed = lists.flatMap((list) => list ?? []);
      return {
        policies: parsed.filter((policy): policy is Policy => !('error' in policy)),
        broken: parsed.filter((policy): policy is BrokenPolicy => 'error' in policy),
      };
    },
  };
}

/** Undefined when the API server does not know the kind: older Kubewardens lack some. */
async function listKind(
  client: KubernetesClient,
  { kind, resource }: (typeof policyResources)[number],
  signal: AbortSignal,
): Promise<readonly (Policy | BrokenPolicy)[] | undefined> {
  try {
    const documents = await readList(client, { ...policyApi, resource, namespace: undefined }, signal);
    return documents.map((document) => parsePolicy(kind, document));
  } catch (thrown) {
    if (thrown instanceof AuditError && isApiStatus(thrown.cause, 404)) return undefined;
    throw thrown;
  }
}

function kubewardenMissing({ connection }: KubernetesClient): AuditError {
  const crd = `${policyResources[0]?.resource ?? ''}.${policyApi.group}`;
  return new AuditError(errorCodes.kubewardenMissing, 'Kubewarden is not installed in this cluster', {
    facts: [
      `No CustomResourceDefinition ${crd} at ${formatServer(connection.server)} (context ${connection.context})`,
    ],
    tries: ['kubectl get crd | grep kubewarden', 'audit-scanner scan --context NAME'],
  });
}
