/** The severity that the author of a policy gives it, from the worst. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** The severity of a finding, from the worst; `unset` if the policy has none, which ranks above `info`. */
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
