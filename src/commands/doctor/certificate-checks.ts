import { type ErrorCode, expiryOf } from '../../domain/index.ts';
import type { CertificateFacts } from '../../net/index.ts';
import { type Check, fail, ok, warn } from './check.ts';

export type Expiry = {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly code: ErrorCode;
  /** What renews it. */
  readonly fixes: readonly string[];
};

/** How long a certificate is good for. */
export function checkExpiry(
  name: string,
  { issuer, expiresAt }: CertificateFacts,
  { now, code, fixes }: Expiry,
): Check {
  const { state, days, date } = expiryOf(expiresAt, now);
  const by = issuer === '' ? '' : `, issued by ${issuer}`;
  if (state === 'expired') return fail(name, { code, fixes, detail: `expired on ${date}${by}` });
  const detail = `valid until ${date}, ${days === 1 ? '1 more day' : `${days} more days`}${by}`;
  return state === 'soon' ? warn(name, { code, fixes, detail }) : ok(name, detail);
}
