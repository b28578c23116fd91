const dayMs = 24 * 60 * 60 * 1000;
/** As many days before the end of a certificate it is time to act. */
const warnDays = 30;

export type Expiry = {
  readonly state: 'expired' | 'soon' | 'later';
  /** Whole ones that are left; negative when it is over. */
  readonly days: number;
  /** The last day, like `2026-12-24`. */
  readonly date: string;
};

/** How long a certificate is good for that ends then. `now` is in milliseconds since 1970. */
export function expiryOf(expiresAt: Date, now: number): Expiry {
  const left = expiresAt.getTime() - now;
  const days = Math.floor(left / dayMs);
  const state = left <= 0 ? 'expired' : days < warnDays ? 'soon' : 'later';
  return { state, days, date: expiresAt.toISOString().slice(0, 10) };
}
