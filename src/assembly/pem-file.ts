import { AuditError, errorCodes } from '../domain/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';

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
