export type HostOperations = readonly string[];

/** What policies may ask of policy-server, by namespace. */
export const hostOperations: Readonly<Record<string, HostOperations>> = {
  crypto: ['v1/is_certificate_trusted'],
  kubernetes: ['list_resources_by_namespace', 'list_resources_all', 'get_resource', 'can_i'],
  net: ['v1/dns_lookup_host'],
  oci: ['v1/verify', 'v2/verify', 'v1/manifest_digest', 'v1/oci_manifest', 'v1/oci_manifest_config'],
};

/** True if one of the patterns covers `namespace/operation`: `*`, a prefix like `oci/*` or `oci/v1/*`, or the path itself. */
export function grants(patterns: readonly string[], path: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === path ||
      (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))),
  );
}

/** The patterns that no host capability matches, so that they are spelling mistakes. */
export function unknownPatterns(patterns: readonly string[]): readonly string[] {
  const paths = Object.entries(hostOperations).flatMap(([namespace, operations]) =>
    operations.map((operation) => `${namespace}/${operation}`),
  );
  return patterns.filter((pattern) => !paths.some((path) => grants([pattern], path)));
}
