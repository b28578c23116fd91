import { parseJson } from './json';
import { Check, settingsResponse, validationResponse } from './policy';

// The execution mode `wasi`: the policy is a command that reads stdin and writes stdout; what it says on stderr is its error.
@external('wasi_snapshot_preview1', 'args_sizes_get')
declare function argsSizesGet(count: usize, size: usize): i32;
@external('wasi_snapshot_preview1', 'args_get')
declare function argsGet(pointers: usize, buffer: usize): i32;
@external('wasi_snapshot_preview1', 'fd_read')
declare function fdRead(fd: i32, vectors: usize, count: i32, read: usize): i32;
@external('wasi_snapshot_preview1', 'fd_write')
declare function fdWrite(fd: i32, vectors: usize, count: i32, written: usize): i32;
@external('wasi_snapshot_preview1', 'proc_exit')
declare function procExit(code: i32): void;

/** Small, because memory that is touched is what a new instance costs; what is longer finds its room by doubling. */
const firstBytes: i32 = 8 * 1024;

/** Runs the command that the host gave as the first argument. */
export function main(validate: Check, validateSettings: Check): void {
  const payload = parseJson(readInput());
  if (firstArgument() == 'validate-settings') {
    write(1, settingsResponse(validateSettings(payload, payload)));
  } else {
    write(1, validationResponse(validate(payload.get('request').get('object'), payload.get('settings'))));
  }
}

/** Ends the evaluation without a verdict. */
export function fail(reason: string): void {
  write(2, reason);
  procExit(1);
}

export function abort(message: string | null, _file: string | null, _line: u32, _column: u32): void {
  fail(message == null ? 'aborted' : message);
}

function firstArgument(): string {
  const sizes = new StaticArray<u32>(2);
  argsSizesGet(changetype<usize>(sizes), changetype<usize>(sizes) + 4);
  if (sizes[0] < 2) return '';
  const pointers = new StaticArray<u32>(sizes[0]);
  const buffer = new ArrayBuffer(sizes[1]);
  argsGet(changetype<usize>(pointers), changetype<usize>(buffer));
  return String.UTF8.decodeUnsafe(pointers[1], sizes[1], true);
}

function readInput(): ArrayBuffer {
  let bytes = new Uint8Array(firstBytes);
  let length = 0;
  const vector = new StaticArray<u32>(2);
  const read = new StaticArray<u32>(1);
  for (;;) {
    if (length == bytes.length) {
      const larger = new Uint8Array(bytes.length * 2);
      larger.set(bytes);
      bytes = larger;
    }
    vector[0] = <u32>(bytes.dataStart + length);
    vector[1] = bytes.length - length;
    if (fdRead(0, changetype<usize>(vector), 1, changetype<usize>(read)) != 0 || read[0] == 0) break;
    length += read[0];
  }
  return bytes.buffer.slice(0, length);
}

function write(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  const vector = new StaticArray<u32>(2);
  const written = new StaticArray<u32>(1);
  let sent: u32 = 0;
  while (sent < <u32>bytes.byteLength) {
    vector[0] = <u32>changetype<usize>(bytes) + sent;
    vector[1] = bytes.byteLength - sent;
    if (fdWrite(fd, changetype<usize>(vector), 1, changetype<usize>(written)) != 0) return;
    sent += written[0];
  }
}
