import { type ErrorCode, errorCodes, type ResourceOrigin } from '../../domain/index.ts';
import type { SavedFinding } from './result-schema.ts';

/* What is spelled the same way wherever it is in a saved document. */

const allCodes: readonly ErrorCode[] = Object.values(errorCodes);

/** A newer version may know more codes than this one. */
export function toCode(text: string): ErrorCode {
  return allCodes.find((code) => code === text) ?? errorCodes.evaluationFailed;
}

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

export function toDate(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
