/** Collects bytes that come in pieces of any size. */
export type ByteSink = {
  /** False when they do not fit; then as many as fit are kept. */
  readonly append: (bytes: Uint8Array) => boolean;
  readonly bytes: () => Uint8Array;
};

export function createByteSink(maxBytes: number): ByteSink {
  let buffer = new Uint8Array(256);
  let size = 0;
  return {
    append: (bytes) => {
      const kept = bytes.subarray(0, maxBytes - size);
      if (size + kept.length > buffer.length) {
        const larger = new Uint8Array(Math.max(buffer.length * 2, size + kept.length));
        larger.set(buffer.subarray(0, size));
        buffer = larger;
      }
      buffer.set(kept, size);
      size += kept.length;
      return kept.length === bytes.length;
    },
    bytes: () => buffer.subarray(0, size),
  };
}
