import { promises as dns, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

export type CachingLookupOptions = {
  readonly now: () => number;
  readonly ttlMs?: number;
  /** How a name that is not known yet is resolved; by default as the system does it. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
};

/**
 * A `lookup` for sockets that asks the system once per name and few seconds: every evaluation opens a connection, and Node has
 * only four threads for names. Failures are not remembered.
 */
export function createCachingLookup(options: CachingLookupOptions): LookupFunction {
  const { now, ttlMs = 5000, resolve = askSystem } = options;
  const known = new Map<string, { expiresAt: number; addresses: Promise<readonly LookupAddress[]> }>();

  function addressesOf(hostname: string): Promise<readonly LookupAddress[]> {
    const entry = known.get(hostname);
    if (entry !== undefined && now() < entry.expiresAt) return entry.addresses;
    const addresses = resolve(hostname);
    known.set(hostname, { expiresAt: now() + ttlMs, addresses });
    addresses.catch(() => known.delete(hostname));
    return addresses;
  }

  return (hostname, { all }, callback) => {
    addressesOf(hostname).then(
      (addresses) => {
        if (all === true) callback(null, [...addresses]);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), all === true ? [] : '');
      },
    );
  };
}

function askSystem(hostname: string): Promise<readonly LookupAddress[]> {
  return dns.lookup(hostname, { all: true });
}
