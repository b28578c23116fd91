import { deriveUid, type ObjectReference } from '../domain/index.ts';

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxNameLength = 253;

/**
 * The name of an object's report: its UID. Some aggregated APIs serve objects without a UID, or with one that is not a
 * valid name; those get a derived one, so that every run finds the same report again.
 */
export function reportNameOf(subject: ObjectReference): string {
  const { uid } = subject;
  return uid.length <= maxNameLength && dnsSubdomain.test(uid) ? uid : deriveUid(subject);
}
