import type * as Crypto from 'node:crypto';
import { createRequire } from 'node:module';
import type { ObjectReference } from './resource.ts';

/** Loaded for the first UID that is derived, and not with every start. */
const load: (name: 'node:crypto') => typeof Crypto = createRequire(import.meta.url);

/** The name space of the derived UIDs. It must never change: another value would orphan every report that is named after one. */
const nameSpaceUuid = Buffer.from('5f0c3b1e2d7a4c66b1a94e0f8d2c7a35', 'hex');

/** A version-5 UUID of what identifies an object, for objects that have no UID: every run gives the same one. */
export function deriveUid({
  apiVersion,
  kind,
  namespace = '',
  name,
}: Pick<ObjectReference, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  const identity = [apiVersion, kind, namespace, name].join('\n');
  const bytes = load('node:crypto').createHash('sha1').update(nameSpaceUuid).update(identity).digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
