import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ownedBy } from '../../../src/reports/shard-of.ts';

/** UIDs as an API server makes them, the same ones in every run of the test. */
function uids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const hex = createHash('md5').update(`uid ${index}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  });
}

function shardsOf(count: number): readonly ((name: string) => boolean)[] {
  return Array.from({ length: count }, (_, index) => ownedBy({ index, count }));
}

describe('which shard a report belongs to', () => {
  it('never changes: two versions of the scanner may share a run', () => {
    const names = ['3f0e2a54-6f0e-4a3c-9d0e-1b6a7c1f9a10', 'stale-web-gone', 'audit-scanner-run'];
    const of = (count: number): number[] =>
      names.map((name) => shardsOf(count).findIndex((owns) => owns(name)));
    expect([2, 3, 4, 64].map(of)).toMatchInlineSnapshot(`
      [
        [
          0,
          0,
          0,
        ],
        [
          2,
          0,
          1,
        ],
        [
          2,
          0,
          0,
        ],
        [
          10,
          4,
          0,
        ],
      ]
    `);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 64])('each report belongs to exactly one of %i', (count) => {
    const shards = shardsOf(count);
    const owners = uids(1000).map((name) => shards.filter((owns) => owns(name)).length);
    expect(owners.filter((number) => number !== 1)).toEqual([]);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('each of %i has its share of 10,000 within 5 %%', (count) => {
    const names = uids(10_000);
    const shares = shardsOf(count).map((owns) => (names.filter(owns).length * count) / names.length);
    for (const share of shares) expect(Math.abs(share - 1)).toBeLessThan(0.05);
  });
});
