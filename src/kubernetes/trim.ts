import { type ByteRange, skipSpace, skipValue, walkObject } from '../text/index.ts';
import { readAnswer } from './json.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The text of an object without its managed fields and without what kubectl applied last, which together are often more than the
 * rest; every other value is as received. Throws an AuditError for anything that is not a JSON object.
 */
export function trimMetadata(json: Buffer): Buffer {
  return readAnswer(() => trim(json));
}

function trim(json: Buffer): Buffer {
  const metadata = readMembers(json, skipSpace(json, 0)).get('metadata');
  if (metadata === undefined) return json;
  const members = readMembers(json, metadata.start);
  const kept = [...members].flatMap(([key, range]) => {
    if (key === 'managedFields') return [];
    const isObject = json[range.start] === 0x7b;
    const value = key === 'annotations' && isObject ? withoutLastApplied(json, range) : [slice(json, range)];
    return [member(key, value)];
  });
  return join([json.subarray(0, metadata.start), ...wrap(kept), json.subarray(metadata.end)]);
}

/** What stands one after the other in the result. */
type Pieces = readonly Buffer[];

function withoutLastApplied(json: Buffer, { start }: ByteRange): Pieces {
  const kept = [...readMembers(json, start)].filter(([key]) => key !== lastApplied);
  return wrap(kept.map(([key, range]) => member(key, [slice(json, range)])));
}

function readMembers(json: Buffer, start: number): Map<string, ByteRange> {
  const members = new Map<string, ByteRange>();
  walkObject(json, start, (key, valueStart) => {
    const end = skipValue(json, valueStart);
    members.set(key, { start: valueStart, end });
    return end;
  });
  return members;
}

function slice(json: Buffer, { start, end }: ByteRange): Buffer {
  return json.subarray(start, end);
}

function member(key: string, value: Pieces): Pieces {
  return [Buffer.from(`${JSON.stringify(key)}:`), ...value];
}

function wrap(members: readonly Pieces[]): Pieces {
  return [open, ...members.flatMap((pieces, index) => (index === 0 ? pieces : [comma, ...pieces])), close];
}

/** In memory of its own: thousands of such texts live as long as the scan, and Node's pool would keep with each what was only needed to make it. */
function join(pieces: Pieces): Buffer {
  const joined = Buffer.allocUnsafeSlow(pieces.reduce((length, piece) => length + piece.length, 0));
  let end = 0;
  for (const piece of pieces) end += piece.copy(joined, end);
  return joined;
}

const [open, comma, close] = [Buffer.from('{'), Buffer.from(','), Buffer.from('}')];
