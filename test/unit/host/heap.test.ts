import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { HeapUse } from '../../../src/host/heap.ts';

const heap = new URL('../../../src/host/heap.ts', import.meta.url).href;

/** Keeps a million objects, as a scan of many files does, and says how large the space for new ones has become. */
async function measureYoungBytes(prepare: string): Promise<number> {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { setImmediate } from 'node:timers/promises';
    ${prepare}
    const kept = [];
    for (let round = 0; round < 200; round += 1) {
      for (let index = 0; index < 5_000; index += 1) kept.push({ round, index, list: [index] });
      await setImmediate();
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
  });
  return Number(stdout);
}

function limitedBy(use: HeapUse): string {
  return `import { limitHeap } from ${JSON.stringify(heap)}; limitHeap(${JSON.stringify(use)});`;
}

it('stops the growth of the space for new objects', { timeout: 60_000 }, async () => {
  const [unlimited, limited, small] = [
    await measureYoungBytes(''),
    await measureYoungBytes(limitedBy({ streaming: false, besidePolicies: false })),
    await measureYoungBytes(limitedBy({ streaming: true, besidePolicies: true })),
  ];
  expect(limited).toBeLessThan(unlimited);
  expect(small).toBeLessThan(limited);
});
