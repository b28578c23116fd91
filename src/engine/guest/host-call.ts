import { decodeLossy, type GuestMemory } from './guest-memory.ts';
import type { Host, HostCallResult } from './host.ts';
import { maxTextBytes } from './text-limit.ts';

/** Names are told to the policy and its operator again. */
const maxNameBytes = 4096;

/** Answers a call that the guest describes with four pairs of an address and a length. What is too long is not even copied. */
export function callHost(memory: GuestMemory, host: Host, at: readonly number[]): HostCallResult {
  const part = (index: number): Uint8Array => memory.view(at[index * 2] ?? 0, at[index * 2 + 1] ?? 0);
  const [binding, namespace, operation, payload] = [part(0), part(1), part(2), part(3)];
  const names = [binding, namespace, operation];
  if (names.some(({ length }) => length > maxNameBytes))
    return { error: `a name in a host call is longer than ${maxNameBytes} bytes` };
  if (payload.length > maxTextBytes) return { error: `the request is larger than ${maxTextBytes} bytes` };
  return host.call({
    binding: decodeLossy(binding),
    namespace: decodeLossy(namespace),
    operation: decodeLossy(operation),
    payload: payload.slice(),
  });
}
