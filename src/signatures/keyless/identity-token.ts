import { z } from 'zod';

/** A token of OpenID Connect that says who signs. Its text is a secret, and in no message. */
export type IdentityToken = {
  readonly text: string;
  /** What an authority wants to see signed as proof that the key is of whoever has the token. */
  readonly subject: string;
  readonly endsAt: number | undefined;
  /** Who it names, for whom it is and until when, as lines for people. */
  readonly facts: readonly string[];
};

const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().min(1).optional(),
  email: z.string().min(1).optional(),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
  exp: z.number().optional(),
});

/** Throws an Error that says in one line why it is none; never with anything of the text, nor with a cause that may have it. */
export function readIdentityToken(given: string): IdentityToken {
  const text = given.trim();
  if (text === '') throw new Error('it is empty');
  const { data } = claimsSchema.safeParse(readClaims(text));
  if (data === undefined)
    throw new Error('it is no identity token: it does not say of whom it is, and for whom');
  const { iss, aud, sub, email, email_verified: isVerified, exp } = data;
  if (email !== undefined && String(isVerified) !== 'true')
    throw new Error('it names an address that its issuer has not verified');
  const subject = email ?? sub;
  if (subject === undefined) throw new Error('it names nobody: it has neither sub nor email');
  const endsAt = exp === undefined ? undefined : exp * 1000;
  return {
    text,
    subject,
    endsAt,
    facts: [
      `The token is of ${subject}, issued by ${iss} for ${[aud].flat().join(', ')}.`,
      ...(endsAt === undefined ? [] : [`It ends at ${new Date(endsAt).toISOString()}.`]),
    ],
  };
}

/** Undefined for what is no token; what a parser says of it may repeat it. */
function readClaims(text: string): unknown {
  const { payload } = /^[\w-]+\.(?<payload>[\w-]+)\.[\w-]+$/.exec(text)?.groups ?? {};
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
}
