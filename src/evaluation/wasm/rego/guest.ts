import type { Guest, GuestOptions } from '../worker/guest.ts';

export function createRegoGuest(_options: GuestOptions): Guest {
  throw new Error('not yet');
}
