import { createHash } from 'node:crypto';
import { writeSorted } from '../text/index.ts';

/** A digest as in-toto writes it. */
export type Digest = { readonly sha256: string };

export function digestOf(content: string | Uint8Array): Digest {
  return { sha256: createHash('sha256').update(content).digest('hex') };
}

/** One text for all JSON that says the same (RFC 8785): without spaces, and with the members of objects in order. */
export function toCanonicalJson(value: unknown): string {
  return writeSorted(value, {
    string: (text) => JSON.stringify(text),
    number: (source) => JSON.stringify(Number(source)),
  });
}
