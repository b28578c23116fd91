import { z } from 'zod';

/** Only one spelling: what a lenient reader leaves out could be anything. */
export const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'it is no base64');

export const digits = z.string().regex(/^(?:0|[1-9]\d*)$/, 'it is no number');
