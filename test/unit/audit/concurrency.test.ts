import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forEachConcurrent, KeyedGate } from '../../../src/audit/concurrency.ts';

describe('forEachConcurrent', () => {
  it('takes no more from the source than is being worked on', async () => {
    let pulled = 0;
    let done = 0;
    let mostAhead = 0;
    async function* source() {
      for (let item = 0; item < 100; item += 1) {
        pulled += 1;
        mostAhead = Math.max(mostAhead, pulled - done);
        yield item;
        await setImmediate();
      }
    }
    await forEachConcurrent(source(), 4, async () => {
      await setImmediate();
      await setImmediate();
      done += 1;
    });
    expect(done).toBe(100);
    expect(mostAhead).toBeLessThanOrEqual(5);
  });

  it('rejects with the first failure after running work has ended, and closes the source', async () => {
    let closed = false;
    const finished: number[] = [];
    async function* source() {
      try {
        for (let item = 0; ; item += 1) {
          await setImmediate();
          yield item;
        }
      } finally {
        closed = true;
      }
    }
    const run = forEachConcurrent(source(), 2, async (item) => {
      if (item === 3) throw new Error('three');
      await setImmediate();
      finished.push(item);
    });
    await expect(run).rejects.toThrow('three');
    expect(closed).toBe(true);
    expect(finished).toContain(2);
  });

  it('works on an array, and on nothing', async () => {
    const seen: number[] = [];
    await forEachConcurrent([1, 2, 3], 2, (item) => {
      seen.push(item);
      return Promise.resolve();
    });
    await forEachConcurrent([], 0, () => Promise.reject(new Error('never')));
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('KeyedGate', () => {
  it('bounds keys, and entries per key', async () => {
    const gate = new KeyedGate(2, 2);
    await gate.enter('a');
    await gate.enter('a');
    await gate.enter('b');
    const order: string[] = [];
    const third = gate.enter('a').then(() => order.push('a'));
    await setImmediate();
    expect(order).toEqual([]);
    gate.leave('a');
    await third;
    const other = gate.enter('c').then(() => order.push('c'));
    gate.leave('a');
    await setImmediate();
    expect(order).toEqual(['a']);
    gate.leave('a');
    await other;
    expect(order).toEqual(['a', 'c']);
  });
});
