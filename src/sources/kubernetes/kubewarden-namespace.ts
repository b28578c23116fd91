import { AuditError, errorCodes } from '../../domain/index.ts';
import { findNearestName } from '../../text/index.ts';
import type { NamespaceSource } from '../index.ts';

/** A namespace that policy servers are looked for in, and that is none of these; undefined if it is one. Says which may be meant. */
export function findMissingNamespace(name: string, existing: readonly string[]): AuditError | undefined {
  if (existing.includes(name)) return undefined;
  const closest = findNearestName(name, existing);
  const alike = existing.filter((other) => other.includes('kubewarden'));
  const likely = [...new Set(closest === undefined ? alike : [closest, ...alike])];
  const message = `there is no namespace "${name}", in which to look for Kubewarden (--kubewarden-namespace)`;
  return new AuditError(errorCodes.kubewardenNamespaceMissing, message, {
    facts: likely.length === 0 ? [] : [`It may be: ${likely.join(', ')}`],
    tries: [
      ...likely.slice(0, 1).map((other) => `audit-scanner scan --kubewarden-namespace ${other}`),
      'kubectl get services -A -l app.kubernetes.io/instance | grep policy-server',
    ],
  });
}

/**
 * Tells, each time all namespaces are listed, that Kubewarden's own is not among them: its Services and Secrets are looked for there,
 * and policies do not apply in it.
 */
export function watchingForNamespace(
  source: NamespaceSource,
  name: string,
  onMissing: (error: AuditError) => void,
): NamespaceSource {
  return {
    async list(signal) {
      const namespaces = await source.list(signal);
      const missing = findMissingNamespace(
        name,
        namespaces.map((namespace) => namespace.name),
      );
      if (missing !== undefined) onMissing(missing);
      return namespaces;
    },
    get: (wanted, signal) => source.get(wanted, signal),
  };
}
