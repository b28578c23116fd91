import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { v8Flags } from '../../../../src/evaluation/wasm/v8-flags.ts';

const run = promisify(execFile);

it('V8 knows the flags that the engine sets, which it would pass over in silence', async () => {
  const { stdout } = await run(process.execPath, ['--v8-options']);
  const known = new Set([...stdout.matchAll(/^ {2}(--[\w-]+) \(/gm)].map(([, name]) => name));
  expect(known.size).toBeGreaterThan(500);
  for (const flag of v8Flags(4096)) expect(known).toContain(flag.replace(/=.*/, ''));
});

it('V8 takes their values', async () => {
  const { stdout } = await run(process.execPath, [...v8Flags(4096), '--v8-options']);
  for (const flag of v8Flags(4096)) expect(stdout).toContain(`default: ${flag}`);
});
