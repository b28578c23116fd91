import type { PolicyException, PolicyResult } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import { lastMoment } from './exception-warnings.ts';

/** Why a violation is accepted, in plain text: the reason, and all that is known of it where the object itself says so. */
export function describeAcceptance(exception: PolicyException): string {
  const { reason, owner = 'no owner', expiresAt, saidBy } = exception;
  if (saidBy === undefined) return toPlainText(reason);
  const end = expiresAt === undefined ? 'no end' : `until ${lastMoment(expiresAt)}`;
  return toPlainText(`by the object's own annotation: ${reason} (owner: ${owner}, ${end})`);
}

/**
 * ` (accepted by the object's own annotation: …)` behind the message of a violation whose object says so; empty for what a file says, which
 * its reader has.
 */
export function formatOwnAcceptance({ exception }: PolicyResult): string {
  return exception?.saidBy === undefined ? '' : ` (accepted ${describeAcceptance(exception)})`;
}
