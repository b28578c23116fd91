/** A WebAssembly module without code, with Kubewarden's metadata where it is given. */
export function aModule(metadata: object | undefined): Buffer {
  const empty = Buffer.from('\0asm\x01\0\0\0', 'latin1');
  if (metadata === undefined) return empty;
  const name = 'io.kubewarden.metadata';
  const body = Buffer.concat([widthOf(name.length), Buffer.from(name + JSON.stringify(metadata))]);
  return Buffer.concat([empty, Buffer.of(0), widthOf(body.length), body]);
}

/** As LEB128; enough for lengths below 2 ** 14. */
function widthOf(value: number): Buffer {
  return value < 128 ? Buffer.of(value) : Buffer.of((value & 127) | 128, value >> 7);
}
