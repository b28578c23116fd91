import { decodeLossy, type GuestMemory } from './guest-memory.ts';
import type { Host } from './host.ts';
import type { HostCallResult } from './host-channel.ts';

/** Answers a call that the guest describes with four pairs of an address and a length. */
export function callHost(memory: GuestMemory, host: Host, at: readonly number[]): HostCallResult {
  const part = (index: number): Uint8Array => memory.copy(at[index * 2] ?? 0, at[index * 2 + 1] ?? 0);
  return host.call({
    binding: decodeLossy(part(0)),
    namespace: decodeLossy(part(1)),
    operation: decodeLossy(part(2)),
    payload: part(3),
  });
}
