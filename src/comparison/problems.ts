import type { NotCompared, Policy, PolicyPair, PolicyStatus } from '../domain/index.ts';

/**
 * Why nothing about two policies can be compared: one of them should have been asked about objects and was not. Undefined where
 * nothing stands against it; an installed policy that no server has loaded rejects nothing, and that can be compared with.
 */
export function findProblem(
  { proposed, installed }: PolicyPair,
  statuses: readonly PolicyStatus[],
): Pick<NotCompared, 'side' | 'code' | 'reason'> | undefined {
  const ofProposed = whyNotAsked(proposed, statuses);
  if (ofProposed !== undefined) return { side: 'proposed', code: undefined, reason: ofProposed };
  if (installed === undefined) return undefined;
  if (installed instanceof Error)
    return { side: 'installed', code: installed.code, reason: installed.message };
  const ofInstalled = whyNotAsked(installed, statuses);
  return ofInstalled === undefined ? undefined : { side: 'installed', code: undefined, reason: ofInstalled };
}

function whyNotAsked(policy: Policy, statuses: readonly PolicyStatus[]): string | undefined {
  const status = statuses.find((candidate) => candidate.policy === policy);
  if (status?.state === 'errored') return status.reason ?? '';
  return status?.state === 'skipped' && !policy.backgroundAudit ? 'backgroundAudit: false' : undefined;
}
