import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { describeSchemaError } from './schema-error.ts';

/** Which signatures a module must have: all of the first, and some of the second. Not both are empty. */
export type VerificationConfig = {
  readonly allOf: readonly SignatureRequirement[];
  readonly anyOf: { readonly minimumMatches: number; readonly signatures: readonly SignatureRequirement[] };
};

const annotations = z.record(z.string(), z.string()).nullish();

const requirement = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pubKey'),
    owner: z.string().nullish(),
    key: z.string().refine(isPublicKey, 'it is not a public key in PEM'),
    annotations,
  }),
  z.strictObject({
    kind: z.literal('genericIssuer'),
    issuer: z.string(),
    subject: z.union([
      z.strictObject({ equal: z.string() }),
      z.strictObject({ urlPrefix: z.string().refine((url) => URL.canParse(url), 'it is not a URL') }),
    ]),
    annotations,
  }),
  z.strictObject({
    kind: z.literal('githubAction'),
    owner: z.string(),
    repo: z.string().nullish(),
    annotations,
  }),
]);

/** `pubKey`: a signature made with a key of one's own. The others are keyless ones. */
export type SignatureRequirement = z.infer<typeof requirement>;

// Less than one signature would be no verification at all, though it was asked for.
const requirements = z.array(requirement).min(1);

const schema = z
  .strictObject({
    apiVersion: z.literal('v1'),
    allOf: requirements.nullish(),
    anyOf: z
      .strictObject({
        minimumMatches: z.int().min(1).max(255).default(1),
        signatures: requirements,
      })
      .nullish(),
  })
  .refine(({ allOf, anyOf }) => allOf ?? anyOf, 'it requires no signature: it needs allOf or anyOf');

/** The config of a document in Kubewarden's format. Throws an Error that says in one line what is wrong. */
export function parseVerificationConfig(document: unknown): VerificationConfig {
  const parsed = schema.safeParse(document);
  if (parsed.error !== undefined) throw new Error(describeSchemaError(parsed.error));
  const { allOf, anyOf } = parsed.data;
  return { allOf: allOf ?? [], anyOf: anyOf ?? { minimumMatches: 0, signatures: [] } };
}

function isPublicKey(key: string): boolean {
  try {
    return createPublicKey(key).type === 'public' && !key.includes('PRIVATE KEY');
  } catch {
    return false;
  }
}
