import { AuditError, errorCodes } from '../domain/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';

/** A file that the user has named. Rejects with `fileUnreadable`. */
export async function readUserFile(path: string): Promise<Buffer> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    const message = `cannot read ${path}: ${describeSystemError(cause)}`;
    throw new AuditError(errorCodes.fileUnreadable, message, { cause });
  }
}

/** What `read` makes of such a file; what it throws says why that is not a key for evidence. Rejects with an AuditError. */
export async function readKeyFile<T>(path: string, read: (text: string) => T | Promise<T>): Promise<T> {
  const content = await readUserFile(path);
  try {
    return await read(content.toString());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AuditError(errorCodes.keyUnusable, `${path} cannot be used for evidence: ${why}`, { cause });
  }
}
