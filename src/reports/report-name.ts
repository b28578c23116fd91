import { createHash } from 'node:crypto';
import type { ObjectReference } from '../domain/resource.ts';

/** The namespace of the derived names. It must never change: another value would orphan every derived report. */
const nameSpaceUuid = Buffer.from('5f0c3b1e2d7a4c66b1a94e0f8d2c7a35', 'hex');

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxNameLength = 253;

/**
 * The name of an object's report: its UID. Some aggregated APIs serve objects without a UID, or with one that is not a
 * valid name; those get a version-5 UUID of what identifies them, so that every run finds the same report again.
 */
export function reportNameOf(subject: ObjectReference): string {
  const { uid } = subject;
  return uid.length <= maxNameLength && dnsSubdomain.test(uid) ? uid : deriveUuid(subject);
}

function deriveUuid({ apiVersion, kind, namespace = '', name }: ObjectReference): string {
  const identity = [apiVersion, kind, namespace, name].join('\n');
  const bytes = createHash('sha1').update(nameSpaceUuid).update(identity).digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
