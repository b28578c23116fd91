import { hash } from 'node:crypto';
import type { Shard } from '../domain/index.ts';

/** 48 bits: a JavaScript number holds them exactly. */
const ownBytes = { from: 26, length: 6 } as const;

/**
 * Which of `count` shards a report belongs to: the last 48 bits of the SHA-256 of its name, modulo `count`. It must never change, or two
 * shards of different versions would write the same report. (The first bits say when results come of age, and are no help here: a shard
 * would have all its work in one part of the day.)
 */
function shardOf(reportName: string, count: number): number {
  return hash('sha256', reportName, 'buffer').readUIntBE(ownBytes.from, ownBytes.length) % count;
}

/** Whether a shard writes and deletes the report of this name; without a shard everything is one's own. */
export function ownedBy(shard: Shard | undefined): (reportName: string) => boolean {
  if (shard === undefined || shard.count === 1) return () => true;
  return (reportName) => shardOf(reportName, shard.count) === shard.index;
}
