/** Neither prebuilt binaries nor a Go that can build them. */
export class ClusterUnavailable extends Error {}

export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-proxy'
  | 'kubectl'
  | 'policy-server';

/**
 * Paths of the programs, from KUBEBUILDER_ASSETS, the cache, or a build (minutes, the first time).
 * @throws {ClusterUnavailable} when a program is neither there nor can be built.
 */
export function ensureBinaries<Name extends ProgramName>(
  names: readonly Name[],
  options?: { log?: (line: string) => void },
): Promise<Record<Name, string>>;
