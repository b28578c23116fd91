import type { ResourceOrigin } from '../../domain/index.ts';
import type { SavedFinding } from './result-schema.ts';

/** Where an object was read from. */
export function toOrigin({
  path,
  line,
  column,
  template,
}: NonNullable<SavedFinding['source']>): ResourceOrigin {
  return {
    path,
    line: line ?? undefined,
    column: column ?? undefined,
    ...(template !== undefined && { template }),
  };
}

/** A moment; undefined where there is none. */
export function toDate(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
