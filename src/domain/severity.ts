/** How bad it is to break a policy, as its author says, from the worst. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** How bad a finding is, from the worst; `unset` where the policy does not say, which is taken more seriously than `info`. */
export const severityNames = [
  'critical',
  'high',
  'medium',
  'low',
  'unset',
  'info',
] as const satisfies readonly (Severity | 'unset')[];
export type SeverityName = (typeof severityNames)[number];

/** Of a result: what its policy says. */
export function severityOf({
  policy,
}: {
  readonly policy: { readonly severity: Severity | undefined };
}): SeverityName {
  return policy.severity ?? 'unset';
}

/** `2 high, 1 unset`, worst first, of the named severities; empty when all are zero. */
export function formatSeverityCounts(
  counts: Readonly<Record<SeverityName, number>>,
  names: readonly SeverityName[] = severityNames,
): string {
  return names
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(', ');
}
