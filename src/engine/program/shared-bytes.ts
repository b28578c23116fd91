/** The bytes one after another, in memory that all threads share, so that giving them to a thread copies nothing. */
export function toSharedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const shared = new Uint8Array(new SharedArrayBuffer(size));
  let end = 0;
  for (const part of parts) {
    shared.set(part, end);
    end += part.length;
  }
  return shared;
}
