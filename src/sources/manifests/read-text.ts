import { AuditError, errorCodes } from '../../domain/index.ts';
import { describeSystemError, readRegularFile } from '../../system/index.ts';
import { decodeText } from '../../text/index.ts';
import type { UnreadInput } from '../index.ts';
import type { SourceText } from './documents.ts';

/** A file as text, in the encoding that its byte order mark says; why it cannot be read otherwise. */
export async function readText(path: string): Promise<SourceText | UnreadInput> {
  try {
    return { path, text: decodeText(await readRegularFile(path)) };
  } catch (thrown) {
    if (thrown instanceof TypeError) {
      const message = `${path} is neither UTF-8 text nor UTF-16 text with a byte order mark`;
      return { path, error: new AuditError(errorCodes.manifestInvalid, message) };
    }
    return { path, error: unreadable(path, thrown) };
  }
}

/** A path that the operating system does not give, or that is nothing to be read, in words. */
export function unreadable(path: string, cause: unknown): AuditError {
  return new AuditError(errorCodes.fileUnreadable, `cannot read ${path}: ${describeSystemError(cause)}`, {
    cause,
  });
}
