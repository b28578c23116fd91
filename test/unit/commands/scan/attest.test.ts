import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openAttesting } from '../../../../src/commands/scan/attest.ts';
import { newSigningKeys } from '../../../support/signing-keys.ts';

test('evidence of a result that is too large is not written, and it is said why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attest-'));
  try {
    const key = join(folder, 'audit.key');
    await writeFile(key, newSigningKeys().private);
    const config = { file: join(folder, 'evidence.json'), signer: { kind: 'key', path: key } } as const;
    const io = { env: {}, now: () => 0 };
    const attesting = await openAttesting(config, { isOfFiles: true, io, maxBytes: 2 ** 20 });
    const written: string[] = [];
    const destination = attesting.watch(
      { format: 'json', file: 'result.json' },
      {
        write: (text) => Promise.resolve(void written.push(text)),
        commit: () => Promise.resolve(),
        discard: () => Promise.resolve(),
      },
    );
    for (const text of ['{"a":"', 'ü'.repeat(2 ** 19), '"}']) await destination.write(text);
    await destination.commit();
    await expect(
      attesting.finish({ outcome: {} as never, exitCode: 0, identify: undefined }),
    ).rejects.toMatchObject({
      code: 'AS-5001',
      message: expect.stringContaining('is larger than 1 MiB') as string,
    });
    expect(written).toHaveLength(3);
    expect(await readdir(folder)).toEqual(['audit.key']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
