import { formatsWithoutOwners } from '../reports/index.ts';
import type { ScanConfig } from './config.ts';

/**
 * Whether somebody wants to know who owns the objects with findings: then, and only then, their owners are looked up. The drop-in
 * sends the requests that the reference sends, and a run that only stores reports sends no more than it needs for that.
 */
export function asksForOwners({ frontDoor, outputs }: Pick<ScanConfig, 'frontDoor' | 'outputs'>): boolean {
  return frontDoor === 'scan' && outputs.some(({ format }) => !formatsWithoutOwners.has(format));
}
