import { readFile } from 'node:fs/promises';
import { AuditError, errorCodes } from '../domain/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'access is denied',
  EISDIR: 'it is a directory',
};

/** A PEM file that the user named, with the path for messages about it. Rejects with `fileUnreadable`, which says why. */
export async function readPemFile(path: string): Promise<{ path: string; pem: Buffer }> {
  try {
    return { path, pem: await readFile(path) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new AuditError(errorCodes.fileUnreadable, `cannot read ${path}: ${reasons[code] ?? code}`, {
      cause,
    });
  }
}
