import { type ByteRange, skipSpace, skipValue, walkObject } from '../text/index.ts';
import { readAnswer } from './json.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The text of an object without its managed fields and without what kubectl applied last, which together are often more than the
 * rest; every other value is as received. Throws an AuditError for what is no JSON object.
 */
export function trimMetadata(json: Buffer): Buffer {
  return readAnswer(() => trim(json));
}

function trim(json: Buffer): Buffer {
  const metadata = readMembers(json, skipSpace(json, 0)).get('metadata');
  if (metadata === undefined) return json;
  const members = readMembers(json, metadata.start);
  const parts = [...members].flatMap(([key, range]) => {
    if (key === 'managedFields') return [];
    const isObject = json[range.start] === 0x7b;
    const value = key === 'annotations' && isObject ? withoutLastApplied(json, range) : slice(json, range);
    return [member(key, value)];
  });
  return Buffer.concat([json.subarray(0, metadata.start), wrap(parts), json.subarray(metadata.end)]);
}

function withoutLastApplied(json: Buffer, { start }: ByteRange): Buffer {
  const members = [...readMembers(json, start)].filter(([key]) => key !== lastApplied);
  return wrap(members.map(([key, range]) => member(key, slice(json, range))));
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

function member(key: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(key)}:`), value]);
}

function wrap(members: readonly Buffer[]): Buffer {
  const parts = members.flatMap((part, index) => (index === 0 ? [part] : [comma, part]));
  return Buffer.concat([open, ...parts, close]);
}

const [open, comma, close] = [Buffer.from('{'), Buffer.from(','), Buffer.from('}')];
