import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegularFile } from '../../../src/system/regular-file.ts';
import { describeSystemError } from '../../../src/system/system-errors.ts';

describe('reading a regular file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'regular-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  async function whyNot(path: string, maxBytes?: number): Promise<string> {
    return readRegularFile(path, { maxBytes }).then(String, describeSystemError);
  }

  it('reads a file, and one behind a link', async () => {
    await writeFile(join(dir, 'a.yaml'), 'a: 1');
    await symlink('a.yaml', join(dir, 'link.yaml'));
    expect((await readRegularFile(join(dir, 'a.yaml'))).toString()).toBe('a: 1');
    expect((await readRegularFile(join(dir, 'link.yaml'))).toString()).toBe('a: 1');
  });

  it('reads a file that says it has no size', async () => {
    expect((await readRegularFile('/proc/self/status')).toString()).toContain('Pid:');
  });

  it('does not wait for the writer of a pipe', async () => {
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    expect(await whyNot(join(dir, 'pipe'))).toBe('it is a pipe, and only regular files are read');
    await symlink('pipe', join(dir, 'to-pipe'));
    expect(await whyNot(join(dir, 'to-pipe'))).toBe('it is a pipe, and only regular files are read');
  });

  it('does not read what never ends', async () => {
    expect(await whyNot('/dev/zero')).toBe('it is a device, and only regular files are read');
    const server = createServer().listen(join(dir, 'socket'));
    expect(await whyNot(join(dir, 'socket'))).toBe('it is a socket, and only regular files are read');
    server.close();
  });

  it('says why there is nothing to read', async () => {
    expect(await whyNot(dir)).toBe('it is a directory');
    expect(await whyNot(join(dir, 'missing'))).toBe('it does not exist');
    await symlink('round', join(dir, 'round'));
    expect(await whyNot(join(dir, 'round'))).toBe('its links form a loop');
  });

  it('does not read more than it may', async () => {
    await writeFile(join(dir, 'large'), '');
    await truncate(join(dir, 'large'), 3 * 2 ** 20);
    expect(await whyNot(join(dir, 'large'), 2 * 2 ** 20)).toBe('it is larger than 2 MiB');
  });
});
