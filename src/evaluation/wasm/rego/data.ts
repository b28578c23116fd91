/**
 * The data document of a Rego policy, in memory that all threads share. For `opa` it is the settings, and the inventory under
 * `kubernetes`; for `gatekeeper` the inventory alone. The inventory is JSON text, undefined for a policy that was granted nothing.
 */
export function writeData(
  mode: 'opa' | 'gatekeeper',
  settings: unknown,
  inventory: string | undefined,
): Uint8Array {
  if (mode === 'gatekeeper') return share(inventory === undefined ? '{}' : `{"inventory":${inventory}}`);
  const own = Object.entries(settings ?? {});
  const members = own
    .filter(([key]) => inventory === undefined || key !== 'kubernetes')
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (inventory !== undefined) members.push(`"kubernetes":${inventory}`);
  return share(`{${members.join(',')}}`);
}

function share(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
