import { createHash } from 'node:crypto';
import { parseApiVersion } from '../domain/index.ts';
import type { Finding } from './finding.ts';

/**
 * What stays the same for a finding from run to run: 32 hexadecimal digits from the policy and the object's identity, without its
 * UID, version or message; of a run over several clusters with the cluster's name besides.
 */
export function fingerprintOf({ report, result }: Finding): string {
  const { apiVersion, kind, namespace, name } = report.subject;
  const group = parseApiVersion(apiVersion).group;
  const inCluster = report.cluster === undefined ? [] : [report.cluster];
  const identity = [result.policy.uniqueName, group, kind, namespace ?? '', name, ...inCluster];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

/** To be asked about findings in their order: each fingerprint comes once, because an object that the input holds twice gets a counter. */
export function createFingerprints(): (finding: Finding) => string {
  const seen = new Map<string, number>();
  return (finding) => {
    const fingerprint = fingerprintOf(finding);
    const count = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, count);
    return count === 1 ? fingerprint : `${fingerprint}-${count}`;
  };
}
