import type { ScanConfig } from '../config/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { openOne, type ScanRun } from './scan-run.ts';

/** Builds everything that the scan needs. Rejects with an AuditError where a file, the kubeconfig or a context cannot be used. */
export async function openScan(config: ScanConfig, surroundings: Surroundings): Promise<ScanRun> {
  if (config.contexts !== undefined)
    return (await import('./scan-contexts.ts')).openContexts(config, config.contexts, surroundings);
  return openOne(config, surroundings);
}
