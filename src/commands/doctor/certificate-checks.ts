import type { ErrorCode } from '../../domain/index.ts';
import type { CertificateFacts } from '../../net/index.ts';
import { type Check, fail, ok, warn } from './check.ts';

export type Expiry = {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly code: ErrorCode;
  /** What renews it. */
  readonly fixes: readonly string[];
};

const dayMs = 24 * 60 * 60 * 1000;
/** As many days before the end it is time to act. */
const warnDays = 30;

/** How long a certificate is good for. */
export function checkExpiry(
  name: string,
  { issuer, expiresAt }: CertificateFacts,
  { now, code, fixes }: Expiry,
): Check {
  const days = Math.floor((expiresAt.getTime() - now) / dayMs);
  const date = expiresAt.toISOString().slice(0, 10);
  const by = issuer === '' ? '' : `, issued by ${issuer}`;
  if (expiresAt.getTime() <= now) return fail(name, { code, fixes, detail: `expired on ${date}${by}` });
  const detail = `valid until ${date}, ${days === 1 ? '1 more day' : `${days} more days`}${by}`;
  return days < warnDays ? warn(name, { code, fixes, detail }) : ok(name, detail);
}
