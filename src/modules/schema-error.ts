import type { z } from 'zod';

/** The first thing that is wrong with a document, in one line with its place. */
export function describeSchemaError({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.join('.') ?? '';
  return `${where === '' ? '' : `${where}: `}${issue?.message ?? 'it is malformed'}`;
}
