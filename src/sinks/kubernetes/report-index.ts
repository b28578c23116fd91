import { fnv1a } from './content.ts';
import {
  createNames,
  isTouched,
  markTouched,
  maxPackedBytes,
  type Names,
  packReport,
  unpackKey,
  unpackReport,
} from './packed-report.ts';
import type { ReportKey, StoredReport } from './stored-report.ts';

/**
 * The reports of a cluster in about 250 bytes each, outside the JavaScript heap: as objects and strings, a hundred
 * thousand of them would take several times as much, and every garbage collection would have to walk them.
 */
export type ReportIndex = {
  /** Records, one after another. */
  readonly chunks: Buffer[];
  /** Bytes taken in the last chunk. */
  used: number;
  /** Open-addressing hash table: 0 is a free slot, else the record's address + 1. A power of two long, at most half full. */
  slots: Uint32Array;
  count: number;
  readonly names: Names;
  readonly scratch: Buffer;
};

const chunkBytes = 1024 * 1024;
const initialSlots = 1024;

/** An index without reports. */
export function createReportIndex(): ReportIndex {
  return {
    chunks: [],
    used: chunkBytes,
    slots: new Uint32Array(initialSlots),
    count: 0,
    names: createNames(),
    scratch: Buffer.allocUnsafeSlow(maxPackedBytes),
  };
}

/** Adds a report, in place of an older one with the same key. */
export function addReport(index: ReportIndex, report: StoredReport): void {
  const slot = findSlot(index, report);
  const isNew = index.slots[slot] === 0;
  index.slots[slot] = append(index, report) + 1;
  if (!isNew) return;
  index.count += 1;
  if (index.count * 2 > index.slots.length) growSlots(index);
}

/** The report with this key. */
export function findReport(index: ReportIndex, key: ReportKey): StoredReport | undefined {
  const record = findRecord(index, key);
  return record && unpackReport(record, index.names);
}

/** Marks a report as one that the run has dealt with, if it is in the index. */
export function touchReport(index: ReportIndex, key: ReportKey): void {
  const record = findRecord(index, key);
  if (record !== undefined) markTouched(record);
}

/** The reports that the run has not dealt with. */
export function* untouchedReports(index: ReportIndex): Generator<StoredReport> {
  for (const slot of index.slots) {
    if (slot === 0) continue;
    const record = recordAt(index, slot - 1);
    if (!isTouched(record)) yield unpackReport(record, index.names);
  }
}

function findRecord(index: ReportIndex, key: ReportKey): Buffer | undefined {
  const value = index.slots[findSlot(index, key)];
  return value === undefined || value === 0 ? undefined : recordAt(index, value - 1);
}

/** The slot that holds this report, or the free one where it belongs. */
function findSlot(index: ReportIndex, key: ReportKey): number {
  const mask = index.slots.length - 1;
  for (let slot = fnv1a(key.name) & mask; ; slot = (slot + 1) & mask) {
    const value = index.slots[slot];
    if (value === undefined || value === 0) return slot;
    const found = unpackKey(recordAt(index, value - 1), index.names);
    if (found.name === key.name && found.namespace === key.namespace) return slot;
  }
}

function growSlots(index: ReportIndex): void {
  const old = index.slots;
  index.slots = new Uint32Array(old.length * 2);
  for (const value of old) {
    if (value !== 0) index.slots[findSlot(index, unpackKey(recordAt(index, value - 1), index.names))] = value;
  }
}

/** Returns the address: the number of the chunk times its length, plus the offset in it. */
function append(index: ReportIndex, report: StoredReport): number {
  const length = packReport(index.scratch, report, index.names);
  if (index.used + length > chunkBytes) {
    index.chunks.push(Buffer.allocUnsafeSlow(chunkBytes));
    index.used = 0;
  }
  const address = (index.chunks.length - 1) * chunkBytes + index.used;
  index.scratch.copy(recordAt(index, address), 0, 0, length);
  index.used += length;
  return address;
}

function recordAt(index: ReportIndex, address: number): Buffer {
  const chunk = index.chunks[Math.floor(address / chunkBytes)];
  if (chunk === undefined) throw new RangeError(`The report index has no record at ${address}`);
  return chunk.subarray(address % chunkBytes);
}
