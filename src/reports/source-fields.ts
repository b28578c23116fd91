import type { ResourceOrigin } from '../domain/index.ts';

/** Without a line for what was rendered. */
export function toSource({ path, line, column, template }: ResourceOrigin): object {
  return { path, line: line ?? null, column: column ?? null, ...(template !== undefined && { template }) };
}
