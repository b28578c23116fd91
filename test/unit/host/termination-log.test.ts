import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTerminationMessage } from '../../../src/host/termination-log.ts';

describe('the termination log', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'termination-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('is overwritten where it is', async () => {
    const path = join(folder, 'log');
    await writeFile(path, 'something longer from before');
    expect(await writeTerminationMessage(path, '{"a":1}')).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('{"a":1}');
  });

  it('is not created', async () => {
    const path = join(folder, 'log');
    expect(await writeTerminationMessage(path, '{}')).toBe(false);
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
