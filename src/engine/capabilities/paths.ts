export type HostOperations = readonly string[];

/** What policies may ask of policy-server, by namespace. */
export const hostOperations: Readonly<Record<string, HostOperations>> = {
  crypto: ['v1/is_certificate_trusted'],
  kubernetes: ['list_resources_by_namespace', 'list_resources_all', 'get_resource', 'can_i'],
  net: ['v1/dns_lookup_host'],
  oci: ['v1/verify', 'v2/verify', 'v1/manifest_digest', 'v1/oci_manifest', 'v1/oci_manifest_config'],
};

const paths = Object.entries(hostOperations).flatMap(([namespace, operations]) =>
  operations.map((operation) => `${namespace}/${operation}`),
);

/** True if one of the patterns covers `namespace/operation`: `*`, a prefix like `oci/*` or `oci/v1/*`, or the path itself. */
export function grants(patterns: readonly string[], path: string): boolean {
  return patterns.some((written) => {
    const pattern = written.trim();
    return (
      pattern === '*' || pattern === path || (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1)))
    );
  });
}

/** Why the patterns cannot be what somebody meant, in the words of policy-server; undefined if they can. */
export function findPatternError(patterns: readonly string[]): string | undefined {
  // Whatever stands after the grant of everything grants nothing more.
  const everything = patterns.findIndex((pattern) => pattern.trim() === '*');
  const looked = everything === -1 ? patterns : patterns.slice(0, everything);
  return looked.map(describeFault).find((fault) => fault !== undefined);
}

function describeFault(written: string): string | undefined {
  const pattern = written.trim();
  const invalid = `invalid pattern ${JSON.stringify(pattern)}:`;
  if (pattern === '') return 'invalid pattern: pattern must not be empty';
  if (pattern.includes('*') && !pattern.endsWith('/*'))
    return `${invalid} wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match`;
  const unknown = findUnknownSegment(pattern);
  if (unknown !== undefined)
    return `${invalid} unknown segment ${JSON.stringify(unknown.segment)}, valid options at this level are: ${unknown.options.join(', ')}`;
  if (pattern.endsWith('/*') || paths.includes(pattern)) return undefined;
  return `${invalid} not a complete capability path; use ${JSON.stringify(`${pattern}/*`)} to allow all capabilities under it`;
}

type UnknownSegment = { readonly segment: string; readonly options: readonly string[] };

function findUnknownSegment(pattern: string): UnknownSegment | undefined {
  let prefix = '';
  for (const segment of pattern.split('/')) {
    const below = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    if (segment === '*' && below.length > 0) return undefined;
    const options = [...new Set(below.map((path) => path.split('/', 1)[0] ?? ''))].sort();
    if (!options.includes(segment)) return { segment, options };
    prefix += `${segment}/`;
  }
  return undefined;
}
