import type { ScanConfig } from '../config/index.ts';
import { formatsWithoutOwners } from '../reports/index.ts';

/**
 * Whether somebody wants to know who owns the objects with findings: then, and only then, their owners are looked up. The drop-in
 * sends the requests that the Go scanner sends, and a run that only stores reports sends no more than it needs for that. A baseline goes by owners.
 */
export function asksForOwners({
  frontDoor,
  outputs,
  baselineSource,
}: Pick<ScanConfig, 'frontDoor' | 'outputs' | 'baselineSource'>): boolean {
  if (frontDoor !== 'scan') return false;
  return baselineSource !== undefined || outputs.some(({ format }) => !formatsWithoutOwners.has(format));
}
