import { type AuditSignals, runAudit } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import type { AuditOutcome } from '../domain/index.ts';
import { composeAudit } from './compose.ts';
import type { ComposedAudit, Surroundings } from './composed-audit.ts';
import { findNothingScanned } from './nothing-scanned.ts';

/** A scan that is ready to go: of files, of a cluster, or of several. */
export type ScanRun = Omit<ComposedAudit, 'ports' | 'request'> & {
  /** Resolves to what came of it. Rejects with an AuditError where it could not start, or where nothing was scanned. */
  readonly run: (signals: AuditSignals) => Promise<AuditOutcome>;
};

/** The scan of one cluster, or of files. */
export async function openOne(config: ScanConfig, surroundings: Surroundings): Promise<ScanRun> {
  const { ports, request, ...composed } = await composeAudit(config, surroundings);
  return {
    ...composed,
    run: async (signals) => {
      const outcome = await runAudit(ports, request, signals);
      const nothing = findNothingScanned(outcome, config);
      if (nothing !== undefined) throw nothing;
      return outcome;
    },
  };
}
