import { z } from 'zod';
import { parseJson } from '../text/index.ts';

const claimsSchema = z.object({
  /** Whose it is. */
  sub: z.string().optional().catch(undefined),
  /** When it ends, in seconds since 1970. */
  exp: z.number().optional().catch(undefined),
});

/** What a JSON Web Token says of itself: nothing is trusted because of it. Empty for a token of another kind. */
export function readTokenClaims(token: string): z.infer<typeof claimsSchema> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url');
  return claimsSchema.safeParse(parseJson(payload)).data ?? {};
}
