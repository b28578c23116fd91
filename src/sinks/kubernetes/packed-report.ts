import { digestBytes, type ResultMark, type Sealed } from './content.ts';
import type { ReportKey, StoredReport } from './stored-report.ts';

// A record: flags (1); namespace, API version and kind as numbers of names (3 x 4); digest (16); object (4); number of results (2)
// and the bytes they take (4); the results; then name, UID, resourceVersion and the subject's name, each after its length (2).
// A result: fingerprint, seconds, policy and generation (4 x 4); verdict (1); where that says so, the earlier verdict as fingerprint and
// seconds (2 x 4), and the seal (16) and its message after the length (4).
const offsets = {
  namespace: 1,
  apiVersion: 5,
  kind: 9,
  digest: 13,
  object: 29,
  resultCount: 33,
  resultBytes: 35,
  results: 39,
} as const;
const markBytes = 17;
const earlierBytes = 8;
const sealBytes = 16;
const sealedHeadBytes = sealBytes + 4;
/** What seals and their messages may take in one record; the results beyond it are asked again. */
const maxSealedBytes = 256 * 1024;
/** More do not fit into an object that etcd takes. */
const maxResults = 0x4000;
const textCount = 4;
const maxUint16 = 0xffff;

const verdicts = [undefined, 'pass', 'fail'] as const;
const verdictBits = 2;
const verdictMask = 3;
const sealedBit = 16;

const touchedFlag = 1;
const namedAfterSubjectFlag = 2;
const ofThisRunFlag = 4;

/** No record is longer than this: every length in it is 16 bits wide, or bounded with what it belongs to. */
export const maxPackedBytes =
  offsets.results + maxResults * (markBytes + earlierBytes) + maxSealedBytes + textCount * (2 + maxUint16);

/** Texts that many records share, stored once. Number 0 is the empty text. */
export type Names = { readonly texts: string[]; readonly numbers: Map<string, number> };

/** Names without any but the empty one. */
export function createNames(): Names {
  return { texts: [''], numbers: new Map([['', 0]]) };
}

/** Writes a report to the start of `target`, which holds at least `maxPackedBytes`, and returns how many bytes it took. */
export function packReport(target: Buffer, report: StoredReport, names: Names): number {
  const { subject, content } = report;
  const results = content.results.slice(0, maxResults);
  target.writeUInt8(flagsOf(report), 0);
  target.writeUInt32LE(numberOf(names, report.namespace ?? ''), offsets.namespace);
  target.writeUInt32LE(numberOf(names, subject.apiVersion), offsets.apiVersion);
  target.writeUInt32LE(numberOf(names, subject.kind), offsets.kind);
  content.digest.copy(target, offsets.digest);
  target.writeUInt32LE(content.object, offsets.object);
  target.writeUInt16LE(results.length, offsets.resultCount);
  let position: number = offsets.results;
  let room = maxSealedBytes;
  for (const result of results) {
    const sealed = result.sealed && fitSealed(result.sealed, room);
    if (sealed !== undefined) room -= sealedHeadBytes + Buffer.byteLength(sealed.message);
    position = writeResult(target, { ...result, sealed }, position);
  }
  target.writeUInt32LE(position - offsets.results, offsets.resultBytes);
  for (const text of [report.name, report.uid, report.resourceVersion, subject.name]) {
    const length = target.write(text, position + 2, maxUint16);
    target.writeUInt16LE(length, position);
    position += 2 + length;
  }
  return position;
}

function flagsOf({ name, subject, isOfThisRun }: StoredReport): number {
  return (subject.uid === name ? namedAfterSubjectFlag : 0) + (isOfThisRun === true ? ofThisRunFlag : 0);
}

/**
 * Reads the report at the start of `record`. Its subject has no resourceVersion, and a UID only if it is the report's name.
 */
export function unpackReport(record: Buffer, names: Names): StoredReport {
  const [name = '', uid = '', resourceVersion = '', subjectName = ''] = readTexts(record, textCount);
  const namespace = readName(record, offsets.namespace, names) || undefined;
  return {
    namespace,
    name,
    uid,
    resourceVersion,
    subject: {
      apiVersion: readName(record, offsets.apiVersion, names),
      kind: readName(record, offsets.kind, names),
      namespace,
      name: subjectName,
      uid: (record.readUInt8(0) & namedAfterSubjectFlag) === 0 ? '' : name,
      resourceVersion: '',
    },
    content: {
      digest: record.subarray(offsets.digest, offsets.digest + digestBytes),
      object: record.readUInt32LE(offsets.object),
      results: readResults(record),
    },
    ...((record.readUInt8(0) & ofThisRunFlag) !== 0 && { isOfThisRun: true }),
  };
}

/** Reads only what tells one report from another. */
export function unpackKey(record: Buffer, names: Names): ReportKey {
  const [name = ''] = readTexts(record, 1);
  return { namespace: readName(record, offsets.namespace, names) || undefined, name };
}

/** Marks the record; a new one is not marked. */
export function markTouched(record: Buffer): void {
  record.writeUInt8(record.readUInt8(0) | touchedFlag, 0);
}

/** Whether the record was marked. */
export function isTouched(record: Buffer): boolean {
  return (record.readUInt8(0) & touchedFlag) !== 0;
}

function numberOf(names: Names, text: string): number {
  const known = names.numbers.get(text);
  if (known !== undefined) return known;
  const number = names.texts.push(text) - 1;
  names.numbers.set(text, number);
  return number;
}

function readName(record: Buffer, offset: number, names: Names): string {
  return names.texts[record.readUInt32LE(offset)] ?? '';
}

/** Returns the position after it. */
function writeResult(target: Buffer, { earlier, sealed, ...mark }: ResultMark, start: number): number {
  target.writeUInt32LE(mark.fingerprint, start);
  target.writeUInt32LE(mark.seconds, start + 4);
  target.writeUInt32LE(mark.policy, start + 8);
  target.writeUInt32LE(mark.generation, start + 12);
  const ofVerdicts = verdicts.indexOf(mark.verdict) + (verdicts.indexOf(earlier?.verdict) << verdictBits);
  target.writeUInt8(ofVerdicts + (sealed === undefined ? 0 : sealedBit), start + 16);
  let position = start + markBytes;
  if (earlier !== undefined) {
    target.writeUInt32LE(earlier.fingerprint, position);
    target.writeUInt32LE(earlier.seconds, position + 4);
    position += earlierBytes;
  }
  return sealed === undefined ? position : writeSealed(target, sealed, position);
}

/** With as much as fits: a seal without its message never matches, so the policy is asked again. */
function fitSealed(sealed: Sealed, room: number): Sealed | undefined {
  const length = sealedHeadBytes + Buffer.byteLength(sealed.message);
  if (length <= room) return sealed;
  return sealedHeadBytes <= room ? { ...sealed, message: '' } : undefined;
}

/** Returns the position after it. */
function writeSealed(target: Buffer, { seal, message }: Sealed, start: number): number {
  target.write(seal, start, sealBytes, 'latin1');
  const length = target.write(message, start + sealedHeadBytes);
  target.writeUInt32LE(length, start + sealBytes);
  return start + sealedHeadBytes + length;
}

function readResults(record: Buffer): readonly ResultMark[] {
  let position: number = offsets.results;
  return Array.from({ length: record.readUInt16LE(offsets.resultCount) }, () => {
    const start = position;
    const bits = record.readUInt8(start + 16);
    const earlier = verdicts[(bits >> verdictBits) & verdictMask];
    position += markBytes + (earlier === undefined ? 0 : earlierBytes);
    const sealed = (bits & sealedBit) === 0 ? undefined : readSealed(record, position);
    position += sealed?.length ?? 0;
    return {
      fingerprint: record.readUInt32LE(start),
      seconds: record.readUInt32LE(start + 4),
      policy: record.readUInt32LE(start + 8),
      generation: record.readUInt32LE(start + 12),
      verdict: verdicts[bits & verdictMask],
      earlier: earlier && {
        verdict: earlier,
        fingerprint: record.readUInt32LE(start + markBytes),
        seconds: record.readUInt32LE(start + markBytes + 4),
      },
      ...(sealed && { sealed: sealed.value }),
    };
  });
}

function readSealed(record: Buffer, start: number): { readonly value: Sealed; readonly length: number } {
  const messageAt = start + sealedHeadBytes;
  const length = record.readUInt32LE(start + sealBytes);
  const value = {
    seal: record.toString('latin1', start, start + sealBytes),
    message: record.toString('utf8', messageAt, messageAt + length),
  };
  return { value, length: sealedHeadBytes + length };
}

function readTexts(record: Buffer, count: number): readonly string[] {
  let position = offsets.results + record.readUInt32LE(offsets.resultBytes);
  return Array.from({ length: count }, () => {
    const start = position + 2;
    position = start + record.readUInt16LE(position);
    return record.toString('utf8', start, position);
  });
}
