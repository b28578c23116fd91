const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  ELOOP: 'its links form a loop',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device failed',
};

/** The code of a failed system call (`ENOENT`), or undefined for any other failure. */
export function systemErrorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

/** Why the operating system, or readRegularFile, refused something; in words where there are some. */
export function describeSystemError(thrown: unknown): string {
  if (thrown instanceof UnsuitableFileError) return thrown.message;
  const code = systemErrorCode(thrown) ?? 'unknown reason';
  return reasons[code] ?? code;
}

/** A path that is there and can be opened, but is not to be read. The message says why: `it is a named pipe, …`. */
export class UnsuitableFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsuitableFileError';
  }
}
