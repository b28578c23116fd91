import { formatGroupResource, type RuleWithOperations } from '../../domain/index.ts';

/** `CREATE and UPDATE of pods and deployments.apps (v1)`: a rule in words. */
export function describeRule({
  apiGroups,
  apiVersions,
  resources,
  operations,
  scope,
}: RuleWithOperations): string {
  const types = apiGroups.flatMap((group) => resources.map((resource) => describeType(group, resource)));
  const versions = apiVersions.includes('*') ? 'every version' : join(apiVersions);
  const limit = scope === '*' || scope === '' ? '' : `, ${scope.toLowerCase()} ones only`;
  const what = operations.includes('*') ? 'every operation on' : `${join(operations)} of`;
  return `${what} ${join(types)} (${versions}${limit})`;
}

function describeType(group: string, resource: string): string {
  if (group === '*') return resource === '*' ? 'every type' : `${resource} of every group`;
  if (resource === '*') return group === '' ? 'every type of the core group' : `every type of ${group}`;
  return formatGroupResource({ group, resource });
}

function join(words: readonly string[]): string {
  const unique = [...new Set(words)];
  if (unique.length === 0) return 'nothing';
  return unique.length === 1
    ? (unique[0] ?? '')
    : `${unique.slice(0, -1).join(', ')} and ${unique.at(-1) ?? ''}`;
}
