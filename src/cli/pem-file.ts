import { AuditError, errorCodes } from '../domain/errors.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { describeSystemError } from '../system/system-errors.ts';

/** A PEM file that the user named, with the path for messages about it. Rejects with `fileUnreadable`, which says why. */
export async function readPemFile(path: string): Promise<{ path: string; pem: Buffer }> {
  try {
    return { path, pem: await readRegularFile(path) };
  } catch (cause) {
    throw new AuditError(errorCodes.fileUnreadable, `cannot read ${path}: ${describeSystemError(cause)}`, {
      cause,
    });
  }
}
