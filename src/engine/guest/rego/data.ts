import { toSharedBytes } from '../../program/shared-bytes.ts';

/**
 * The data document of a Rego policy, in memory that all threads share. For `opa` it is the settings, and the inventory under
 * `kubernetes`; for `gatekeeper` the inventory is the document. It is undefined for a policy that was granted nothing.
 */
export function writeData(
  mode: 'opa' | 'gatekeeper',
  settings: unknown,
  inventory: Uint8Array | undefined,
): Uint8Array {
  if (mode === 'gatekeeper') return inventory ?? toSharedBytes([Buffer.from('{}')]);
  const own = Object.entries(settings ?? {});
  const members = own
    .filter(([key]) => inventory === undefined || key !== 'kubernetes')
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (inventory === undefined) return toSharedBytes([Buffer.from(`{${members.join(',')}}`)]);
  const head = `{${[...members, '"kubernetes":'].join(',')}`;
  return toSharedBytes([Buffer.from(head), inventory, Buffer.from('}')]);
}
