import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { runCli } from '../../support/cli.ts';
import { newSigningKeys } from '../../support/signing-keys.ts';

/** Writes every module that was loaded into the file of LOADED, one per line. */
const recorder = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADED, url + '\\n');
    return next(url, context);
  },
});
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-up-'));
  writeFileSync(join(folder, 'recorder.mjs'), recorder);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function loadedBy(argv: readonly string[]): Promise<readonly string[]> {
  const loaded = join(folder, `${argv.join('-').replaceAll('/', '_')}.txt`);
  const options = `--import=${pathToFileURL(join(folder, 'recorder.mjs')).href}`;
  const { code } = await runCli(argv, { env: { NODE_OPTIONS: options, LOADED: loaded } });
  expect(code).toBe(0);
  return readFileSync(loaded, 'utf8').trim().split('\n');
}

const topics = commands.filter(({ isTopic }) => isTopic === true).map(({ name }) => name);

describe('a help is there at once', () => {
  test.each([[], ...topics.map((name) => [name])].map((words) => [[...words, '--help']]))(
    '%s loads no package',
    async (argv) => {
      const packages = (await loadedBy(argv)).filter((url) => url.includes('/node_modules/'));
      expect(packages).toEqual([]);
    },
  );

  test('evidence that a key signs loads nothing that asks Sigstore', async () => {
    const { private: key } = newSigningKeys();
    writeFileSync(join(folder, 'audit.key'), key);
    const [result, evidence] = [join(folder, 'result.json'), join(folder, 'evidence.json')];
    const signing = ['--attest', evidence, '--attest-key', join(folder, 'audit.key')];
    const loaded = await loadedBy(['demo', '-o', `json=${result}`, ...signing]);
    expect(loaded.filter((url) => /node_modules\/(@sigstore|make-fetch-happen)\//.test(url))).toEqual([]);
  });

  test('what a scan needs is seen by the same look', async () => {
    const packages = (await loadedBy(['demo', '-o', 'name', '--exit-zero'])).filter((url) =>
      url.includes('/node_modules/'),
    );
    expect(packages).not.toEqual([]);
  });
});
