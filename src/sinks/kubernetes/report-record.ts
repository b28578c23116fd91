import { digestBytes, type ResultMark } from './content.ts';
import type { ReportKey, StoredReport } from './stored-report.ts';

// A record: flags (1); namespace, API version and kind as numbers of names (3 x 4); digest (16); number of results (2), and
// each as fingerprint (4) and seconds (4); then name, UID, resourceVersion and the subject's name, each after its length (2).
const offsets = { namespace: 1, apiVersion: 5, kind: 9, digest: 13, resultCount: 29, results: 31 } as const;
const resultBytes = 8;
const textCount = 4;
const maxUint16 = 0xffff;

const touchedFlag = 1;
const namedAfterSubjectFlag = 2;

/** No record is longer than this, because every length in it is 16 bits wide. */
export const maxRecordBytes = offsets.results + maxUint16 * resultBytes + textCount * (2 + maxUint16);

/** Texts that many records share, stored once. Number 0 is the empty text. */
export type Names = { readonly texts: string[]; readonly numbers: Map<string, number> };

/** Names without any but the empty one. */
export function createNames(): Names {
  return { texts: [''], numbers: new Map([['', 0]]) };
}

/** Writes a report to the start of `target`, which holds at least `maxRecordBytes`, and returns how many bytes it took. */
export function encodeRecord(target: Buffer, report: StoredReport, names: Names): number {
  const { subject, content } = report;
  const results = content.results.slice(0, maxUint16);
  target.writeUInt8(subject.uid === report.name ? namedAfterSubjectFlag : 0, 0);
  target.writeUInt32LE(numberOf(names, report.namespace ?? ''), offsets.namespace);
  target.writeUInt32LE(numberOf(names, subject.apiVersion), offsets.apiVersion);
  target.writeUInt32LE(numberOf(names, subject.kind), offsets.kind);
  content.digest.copy(target, offsets.digest);
  target.writeUInt16LE(results.length, offsets.resultCount);
  let position: number = offsets.results;
  for (const { fingerprint, seconds } of results) {
    target.writeUInt32LE(fingerprint, position);
    target.writeUInt32LE(seconds, position + 4);
    position += resultBytes;
  }
  for (const text of [report.name, report.uid, report.resourceVersion, subject.name]) {
    const length = target.write(text, position + 2, maxUint16);
    target.writeUInt16LE(length, position);
    position += 2 + length;
  }
  return position;
}

/**
 * Reads the report at the start of `record`. Its subject has no resourceVersion, and a UID only if it is the report's name.
 */
export function decodeRecord(record: Buffer, names: Names): StoredReport {
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
      results: readResults(record),
    },
  };
}

/** Reads only what tells one report from another. */
export function decodeKey(record: Buffer, names: Names): ReportKey {
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

function readResults(record: Buffer): readonly ResultMark[] {
  return Array.from({ length: record.readUInt16LE(offsets.resultCount) }, (_, number) => {
    const position = offsets.results + number * resultBytes;
    return { fingerprint: record.readUInt32LE(position), seconds: record.readUInt32LE(position + 4) };
  });
}

function readTexts(record: Buffer, count: number): readonly string[] {
  let position = offsets.results + record.readUInt16LE(offsets.resultCount) * resultBytes;
  return Array.from({ length: count }, () => {
    const start = position + 2;
    position = start + record.readUInt16LE(position);
    return record.toString('utf8', start, position);
  });
}
