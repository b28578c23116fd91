import type { ScanConfig } from '../config/index.ts';
import { AuditError, type AuditOutcome, errorCodes } from '../domain/index.ts';

/** A gate must not be green by accident; a run that stores has done its work when it removed the stale reports. */
export function findNothingScanned(outcome: AuditOutcome, config: ScanConfig): AuditError | undefined {
  const { complete, policies, totals } = outcome;
  if (config.frontDoor === 'drop-in' || config.store || !complete || totals.evaluations > 0) return undefined;
  const audited = policies.filter(({ state }) => state === 'audited');
  if (isEmptyAsAllowed(outcome, audited.length, config)) return undefined;
  if (audited.length > 0) return nothingMatches(audited.length, outcome, config);
  const reasons = policies.slice(0, 3).map(({ policy, reason }) => `${policy.name}: ${reason ?? ''}`);
  return new AuditError(errorCodes.nothingToScan, 'nothing was scanned: there is no policy to audit', {
    facts: reasons.length === 0 ? ['No policy covers what you asked to scan.'] : reasons,
    tries: config.policySources.files === undefined ? ['audit-scanner policies'] : [],
  });
}

/** Without an object there is no namespace that a policy could be for, so none is audited. */
function isEmptyAsAllowed(
  { coverage }: AuditOutcome,
  audited: number,
  { files, shard }: ScanConfig,
): boolean {
  // What there is may all belong to other shards.
  if (shard !== undefined && audited > 0) return true;
  return files?.allowEmpty === true && (audited > 0 || coverage.input?.objects === 0);
}

function nothingMatches(audited: number, { totals }: AuditOutcome, { files }: ScanConfig): AuditError {
  return new AuditError(errorCodes.nothingToScan, 'nothing was scanned: no resource matches the policies', {
    facts: [
      `${audited} policies are audited; they match none of the ${totals.resources} resources that were listed`,
    ],
    tries:
      files === undefined
        ? ['audit-scanner scan -A -v']
        : [
            'audit-scanner scan PATH --policies PATH -v',
            'audit-scanner scan PATH --policies PATH --allow-empty',
          ],
  });
}
