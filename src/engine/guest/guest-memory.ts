const encoder = new TextEncoder();
const lossyDecoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes as text; what is not UTF-8 becomes U+FFFD. */
export function decodeLossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** Bytes as text. Throws a TypeError for anything that is not UTF-8. */
export function decodeStrict(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The guest's memory, looked up each time, because it moves when it grows. All addresses and lengths come from the guest:
 * whatever lies outside of its memory throws a RangeError, which ends the guest like any trap.
 */
export type GuestMemory = {
  /** `pages` holds how many pages of it the guest knows of, if that is not all. */
  readonly attach: (memory: WebAssembly.Memory, pages?: WebAssembly.Global) => void;
  /** A view, good until the guest runs on. Signed numbers are what JavaScript makes of large addresses. */
  readonly view: (address: number, length: number) => Uint8Array;
  readonly copy: (address: number, length: number) => Uint8Array;
  readonly write: (address: number, bytes: Uint8Array) => void;
  readonly data: () => DataView;
  /** In bytes. */
  readonly size: () => number;
  /** All of it, with what the guest does not know of. */
  readonly all: () => Buffer;
};

const pageBytes = 65_536;

export function createGuestMemory(): GuestMemory {
  let memory: WebAssembly.Memory | undefined;
  let pages: WebAssembly.Global | undefined;
  const buffer = (): ArrayBuffer => {
    if (memory === undefined) throw new RangeError('the guest has no memory yet');
    return memory.buffer;
  };
  const size = (): number => (pages === undefined ? buffer().byteLength : Number(pages.value) * pageBytes);
  const view = (address: number, length: number): Uint8Array => {
    if ((address >>> 0) + (length >>> 0) > size()) throw new RangeError('it is outside of the memory');
    return new Uint8Array(buffer(), address >>> 0, length >>> 0);
  };
  return {
    attach: (attached, counted) => {
      memory = attached;
      pages = counted;
    },
    view,
    copy: (address, length) => view(address, length).slice(),
    write: (address, bytes) => {
      view(address, bytes.length).set(bytes);
    },
    data: () => new DataView(buffer(), 0, size()),
    size,
    all: () => Buffer.from(buffer()),
  };
}
