import type { ObjectReference } from '../../domain/resource.ts';
import { digestBytes, type ResultMark } from './content.ts';
import type { StoredReport } from './stored-report.ts';

/**
 * The reports of a cluster in about 200 bytes each, outside of the JavaScript heap. A hundred thousand objects with their strings would
 * take five times as much and would be walked by every garbage collection. Records lie one after another in chunks; `slots` is an open-addressing
 * hash table of their addresses.
 */
export type ReportIndex = {
  readonly chunks: Buffer[];
  /** Bytes taken in the last chunk. */
  used: number;
  /** Address + 1 per record, 0 for a free slot. A power of two long, at most half full. */
  slots: Uint32Array;
  count: number;
  readonly names: Interner;
  /** Where a record is put together. */
  readonly scratch: Buffer;
};

/** Texts that many records share: namespaces, API versions, kinds. */
type Interner = { readonly texts: string[]; readonly ids: Map<string, number> };

const chunkBytes = 1024 * 1024;
const initialSlots = 1024;

/** A new index, without reports. */
export function createReportIndex(): ReportIndex {
  return {
    chunks: [],
    used: chunkBytes,
    slots: new Uint32Array(initialSlots),
    count: 0,
    names: { texts: [''], ids: new Map([['', 0]]) },
    scratch: Buffer.allocUnsafeSlow(chunkBytes),
  };
}

/** Adds a report, in place of an older one of the same namespace and name. */
export function addReport(index: ReportIndex, report: StoredReport): void {
  if (index.count * 2 >= index.slots.length) growSlots(index);
  const slot = findSlot(index, report.namespace, report.name);
  if (index.slots[slot] === 0) index.count += 1;
  index.slots[slot] = append(index, report) + 1;
}

/** The report of this namespace (undefined for a cluster report) and name. */
export function findReport(index: ReportIndex, namespace: string | undefined, name: string): StoredReport | undefined {
  const address = index.slots[findSlot(index, namespace, name)] ?? 0;
  return address === 0 ? undefined : decode(index, address - 1);
}

/** Marks a report as one that this run knows about; no-op when it is not in the index. */
export function touchReport(index: ReportIndex, namespace: string | undefined, name: string): void {
  const address = index.slots[findSlot(index, namespace, name)] ?? 0;
  if (address !== 0) recordAt(index, address - 1)[0] = touched;
}

/** The reports that were not touched. */
export function* untouchedReports(index: ReportIndex): Generator<StoredReport> {
  for (const address of index.slots) {
    if (address !== 0 && recordAt(index, address - 1)[0] !== touched) yield decode(index, address - 1);
  }
}

function growSlots(index: ReportIndex): void {
  const old = index.slots;
  index.slots = new Uint32Array(old.length * 2);
  for (const address of old) {
    if (address === 0) continue;
    const { namespace, name } = decodeKey(index, address - 1);
    index.slots[findSlot(index, namespace, name)] = address;
  }
}

/** The slot that holds this report, or the free one where it belongs. */
function findSlot(index: ReportIndex, namespace: string | undefined, name: string): number {
  const mask = index.slots.length - 1;
  for (let slot = hashText(name) & mask; ; slot = (slot + 1) & mask) {
    const address = index.slots[slot] ?? 0;
    if (address === 0) return slot;
    const key = decodeKey(index, address - 1);
    if (key.name === name && key.namespace === namespace) return slot;
  }
}

/** FNV-1a. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < text.length; position += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193);
  }
  return hash >>> 0;
}

// A record: flags (1); namespace, API version and kind as numbers (3 x 4); digest (16); number of results (2), and each as fingerprint (4)
// and seconds (4); then name, UID, resourceVersion and the subject's name, each after its length (2).
const touched = 1;
const namedAfterSubject = 2;
const offsets = { namespace: 1, apiVersion: 5, kind: 9, digest: 13, resultCount: 29, results: 31 } as const;
const resultBytes = 8;
const maxUint16 = 0xffff;

/** Every length in a record is 16 bits wide, so no record is longer than a chunk. */
function append(index: ReportIndex, report: StoredReport): number {
  const length = encode(index, report);
  if (index.used + length > chunkBytes) {
    index.chunks.push(Buffer.allocUnsafeSlow(chunkBytes));
    index.used = 0;
  }
  const chunkNumber = index.chunks.length - 1;
  const offset = index.used;
  index.scratch.copy(chunkAt(index, chunkNumber), offset, 0, length);
  index.used += length;
  return chunkNumber * chunkBytes + offset;
}

/** Writes the record into the scratch buffer and returns its length. */
function encode({ scratch, names }: ReportIndex, report: StoredReport): number {
  const { subject, content } = report;
  const results = content.results.slice(0, maxUint16);
  scratch[0] = subject.uid === report.name ? namedAfterSubject : 0;
  scratch.writeUInt32LE(intern(names, report.namespace ?? ''), offsets.namespace);
  scratch.writeUInt32LE(intern(names, subject.apiVersion), offsets.apiVersion);
  scratch.writeUInt32LE(intern(names, subject.kind), offsets.kind);
  content.digest.copy(scratch, offsets.digest);
  scratch.writeUInt16LE(results.length, offsets.resultCount);
  let position: number = offsets.results;
  for (const { fingerprint, seconds } of results) {
    scratch.writeUInt32LE(fingerprint, position);
    scratch.writeUInt32LE(seconds, position + 4);
    position += resultBytes;
  }
  for (const text of [report.name, report.uid, report.resourceVersion, subject.name]) {
    const length = scratch.write(text, position + 2, maxUint16);
    scratch.writeUInt16LE(length, position);
    position += 2 + length;
  }
  return position;
}

function decode(index: ReportIndex, address: number): StoredReport {
  const record = recordAt(index, address);
  const name = (offset: number): string => index.names.texts[record.readUInt32LE(offset)] ?? '';
  const namespace = name(offsets.namespace) || undefined;
  const [reportName = '', uid = '', resourceVersion = '', subjectName = ''] = readTexts(record, 4);
  return {
    namespace,
    name: reportName,
    uid,
    resourceVersion,
    subject: {
      apiVersion: name(offsets.apiVersion),
      kind: name(offsets.kind),
      namespace,
      name: subjectName,
      uid: (record.readUInt8(0) & namedAfterSubject) === 0 ? '' : reportName,
      resourceVersion: '',
    },
    content: {
      digest: record.subarray(offsets.digest, offsets.digest + digestBytes),
      results: readResults(record),
    },
  };
}

function hasKey(index: ReportIndex, address: number, key: ReportKey): boolean {
  const record = recordAt(index, address);
  const namespace = index.names.texts[record.readUInt32LE(offsets.namespace)] || undefined;
  return namespace === key.namespace && readTexts(record, 1)[0] === key.name;
}

function readTexts(record: Buffer, count: number): readonly string[] {
  let position = offsets.results + record.readUInt16LE(offsets.resultCount) * resultBytes;
  return Array.from({ length: count }, () => {
    const start = position + 2;
    position = start + record.readUInt16LE(position);
    return record.toString('utf8', start, position);
  });
}

function readResults(record: Buffer): readonly ResultMark[] {
  return Array.from({ length: record.readUInt16LE(offsets.resultCount) }, (_, number) => {
    const position = offsets.results + number * resultBytes;
    return { fingerprint: record.readUInt32LE(position), seconds: record.readUInt32LE(position + 4) };
  });
}

function recordAt(index: ReportIndex, address: number): Buffer {
  return chunkAt(index, Math.floor(address / chunkBytes)).subarray(address % chunkBytes);
}

function chunkAt(index: ReportIndex, chunkNumber: number): Buffer {
  const chunk = index.chunks[chunkNumber];
  if (chunk === undefined) throw new RangeError(`no chunk ${chunkNumber} in the report index`);
  return chunk;
}

function intern(names: Interner, text: string): number {
  const known = names.ids.get(text);
  if (known !== undefined) return known;
  names.ids.set(text, names.texts.length);
  return names.texts.push(text) - 1;
}
