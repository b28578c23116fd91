import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { dropInOptions } from '../../../src/commands/drop-in/options.ts';
import { scanOptions } from '../../../src/commands/scan/options.ts';
import type { ScanConfig } from '../../../src/config/config.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { looks } from '../../support/looks.ts';
import { anIo, aStream, type MemoryIo } from './support.ts';

type Ran = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ran: readonly ScanConfig[];
};

async function run(argv: readonly string[], io: MemoryIo = anIo()): Promise<Ran> {
  const ran: ScanConfig[] = [];
  const code = await main(argv, io, (config) => {
    ran.push(config);
    return Promise.resolve(42);
  });
  return { code, stdout: io.stdout.text(), stderr: io.stderr.text(), ran };
}

describe('the two command lines', () => {
  it.each([
    [['-k', 'kw'], 'drop-in'],
    [['--cluster', 'ignored', 'words'], 'drop-in'],
    [['scan'], 'scan'],
    [['scan', '-n', 'shop'], 'scan'],
  ])('%j', async (argv, frontDoor) => {
    const { code, stderr, ran } = await run(argv);
    expect([code, stderr, ran.map((config) => config.frontDoor)]).toEqual([42, '', [frontDoor]]);
  });

  it('reads the environment for scan and not for the drop-in', async () => {
    const env = { AUDIT_SCANNER_NAMESPACE: 'shop' };
    const [scan] = (await run(['scan'], anIo({ env }))).ran;
    const [dropIn] = (await run(['-k', 'kubewarden'], anIo({ env }))).ran;
    expect([scan?.scope.namespaces, dropIn?.scope.namespaces]).toEqual([['shop'], 'all']);
  });
});

describe('without arguments', () => {
  const terminal = { isTTY: true, read: () => Promise.resolve('') };

  it.each([
    ['at a terminal', { stdin: terminal, stdout: aStream(terminal), stderr: aStream(terminal) }],
    ['into a pager', { stdin: terminal, stderr: aStream(terminal) }],
  ])('helps a person %s', async (_, overrides) => {
    const { code, stdout, stderr, ran } = await run([], anIo(overrides));
    expect([code, stderr, ran]).toEqual([0, '', []]);
    expect(stdout).toContain('audit-scanner scan ');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(25);
  });

  it.each([
    ['in a script', {}],
    ['in a script with a terminal for its output', { stdout: aStream(terminal), stderr: aStream(terminal) }],
    ['where the variable of a Pod is empty', { env: { KUBERNETES_SERVICE_HOST: '' } }],
  ])('touches no cluster %s, and does not look like a clean scan', async (_, overrides) => {
    const { code, stdout, stderr, ran } = await run([], anIo(overrides));
    expect([code, ran]).toEqual([2, []]);
    expect(stdout).toContain('audit-scanner scan ');
    expect(stderr).toContain('error: nothing was scanned: ');
    expect(stderr).toContain('[AS-2040]');
  });

  it.each([
    ['with a terminal', { stdin: terminal, stdout: aStream(terminal), stderr: aStream(terminal) }],
    ['without one', {}],
  ])('audits as the Go scanner does in a Pod %s', async (_, overrides) => {
    const { ran } = await run([], anIo({ ...overrides, env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' } }));
    expect(ran.map(({ frontDoor, store }) => [frontDoor, store])).toEqual([['drop-in', true]]);
  });
});

describe('help', () => {
  it.each([[['--help']], [['-h']], [['-k', 'x', '--help']], [['--nonsense', '-h']], [['help']]])(
    '%j',
    async (argv) => {
      const { code, stdout, stderr, ran } = await run(argv);
      expect([code, stderr, ran]).toEqual([0, '', []]);
      for (const { name, short } of dropInOptions) {
        expect(stdout).toContain(short === undefined ? `      --${name}` : `  -${short}, --${name}`);
      }
    },
  );

  it.each([
    [['scan', '--help']],
    [['scan', '-n', 'x', '-h']],
    [['scan', '--fail-on=hihg', '--help']],
    [['help', 'scan']],
  ])('%j', async (argv) => {
    const { code, stdout, ran } = await run(argv);
    expect([code, ran]).toEqual([0, []]);
    for (const { name, hidden } of scanOptions) expect(stdout.includes(`--${name}`)).toBe(hidden !== true);
  });

  it.each(Object.entries(looks))('%s --help', async (name, { groups }) => {
    const { code, stdout } = await run([name, '--nonsense', '-h']);
    expect(code).toBe(0);
    for (const { options } of groups)
      expect(options.filter((option) => !stdout.includes(`--${option.name}`))).toEqual([]);
    expect((await run(['help', name])).stdout).toBe(stdout);
  });

  it('fits into the 80 columns of a terminal', async () => {
    for (const argv of [
      ...Object.keys(looks).map((name) => ['help', name]),
      ['--help'],
      ['scan', '--help'],
      ['help', 'environment'],
      ['help', 'exit-codes'],
      ['help', 'formats'],
    ]) {
      const { stdout } = await run(argv);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('is not asked for behind --', async () => {
    expect((await run(['--', '--help'])).ran).toHaveLength(1);
  });

  it.each([
    ['exit-codes', '130   interrupted'],
    ['environment', 'AUDIT_SCANNER_FAIL_ON'],
    ['formats', '  jsonl   '],
  ])('help %s', async (topic, text) => {
    const { code, stdout } = await run(['help', topic]);
    expect(code).toBe(0);
    expect(stdout).toContain(text);
  });

  it('suggests a topic', async () => {
    const { code, stderr } = await run(['help', 'exit-code']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: there is no help about "exit-code" +\[AS-2007\]\n {2}Did you mean "exit-codes"\?\n/,
    );
  });
});

describe('version', () => {
  it.each([[['version']], [['--version']]])('%j', async (argv) => {
    const { code, stdout } = await run(argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^audit-scanner \d+\.\d+\.\d+ \(Node\.js v\d+\.\d+\.\d+, \w+\/\w+\)\n$/);
  });

  it.each([[['-o', 'json']], [['-ojson']], [['-o=json']], [['--output=json']], [['--output', 'json']]])(
    '%j',
    async (args) => {
      const { stdout } = await run(['version', ...args]);
      expect(JSON.parse(stdout)).toEqual({
        version: expect.stringMatching(/^\d/) as string,
        node: process.version,
        platform: `${process.platform}/${process.arch}`,
      });
    },
  );

  it('refuses what it does not know', async () => {
    expect((await run(['version', '-o', 'yaml'])).code).toBe(2);
  });
});

describe('explain', () => {
  it('prints the manual of a code', async () => {
    const { code, stdout } = await run(['explain', 'as-3101']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^AS-3101 /);
  });

  it('lists every code', async () => {
    const { stdout } = await run(['explain']);
    expect(stdout.match(/^AS-\d{4}/gm)?.toSorted()).toEqual(Object.values(errorCodes).toSorted());
  });

  it('suggests a code', async () => {
    const { code, stderr } = await run(['explain', 'AS-4199']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: there is no error code "AS-4199" .*\n {2}Did you mean AS-41\d\d\?\n/);
  });
});

describe('mistakes', () => {
  it.each([
    [['sacn'], 2, /^error: unknown command "sacn" +\[AS-2007\]\n {2}Did you mean "scan"\?\n/],
    [['xyzzy'], 2, /^error: unknown command "xyzzy" +\[AS-2007\]\n {2}Known: scan, [a-z, -]+, help\n/],
    [['scan', './manifests'], 2, /^error: there are no policies to scan the files with +\[AS-2012\]\n/],
    [
      ['scan', '--nmespace', 'x'],
      2,
      /^error: unknown flag --nmespace +\[AS-2002\]\n {2}Did you mean --namespace \(-n\)\?\n/,
    ],
    [['scan', '-l', 'info'], 2, /\[AS-2004\]/],
    [['scan', '-n', 'a', '-A'], 2, /\[AS-2003\]/],
    [['--nmespace', 'x'], 1, /\[AS-2002\]/],
    [['policies', '--nmespace', 'x'], 2, /^error: unknown flag --nmespace +\[AS-2002\]\n/],
    [['policies', 'a', 'b'], 2, /^error: unexpected argument "b" +\[AS-2001\]\n/],
    [['-k', 'kw', 'scan'], 1, /^error: the command "scan" must come before the flags +\[AS-2007\]\n/],
    [['--page-size', 'x'], 1, /\[AS-2001\]/],
  ])('%j', async (argv, expected, text) => {
    const { code, stdout, stderr, ran } = await run(argv);
    expect([code, stdout, ran]).toEqual([expected, '', []]);
    expect(stderr).toMatch(text);
  });

  it('are all told at once', async () => {
    const { stderr } = await run(['scan', '--fail-on', 'hihg', '-o', 'sariff', '--page-size=-1']);
    expect(stderr.match(/^error: invalid value "[^"]+"/gm)).toHaveLength(3);
  });

  it('are told to the kubelet', async () => {
    await withTerminationLog(async (terminationLog, read) => {
      await run(['--page-size', 'x'], anIo({ terminationLog }));
      expect(await read()).toMatchObject({ exitCode: 1, code: 'AS-2001' });
    });
  });
});

async function withTerminationLog(
  use: (path: string, read: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'main-'));
  const path = join(folder, 'log');
  await writeFile(path, '');
  await use(path, async () => JSON.parse(await readFile(path, 'utf8')) as unknown);
  await rm(folder, { recursive: true });
}

describe('what a run throws', () => {
  it('is a bug when it is no known error', async () => {
    const io = anIo();
    const code = await main(['scan'], io, () => Promise.reject(new TypeError('x is not a function')));
    expect(code).toBe(70);
    expect(io.stderr.text()).toMatch(
      /^error: this is a bug in audit-scanner +\[AS-9001\]\n {2}TypeError: x is not a function\n/,
    );
  });

  it('has its exit code', async () => {
    const error = new AuditError(errorCodes.apiUnreachable, 'cannot reach it');
    expect(await main(['scan'], anIo(), () => Promise.reject(error))).toBe(4);
  });

  it('is reported to the kubelet', async () => {
    await withTerminationLog(async (terminationLog, read) => {
      await main(['scan'], anIo({ terminationLog }), () => Promise.reject(new TypeError('x')));
      expect(await read()).toMatchObject({ exitCode: 70, code: 'AS-9001' });
    });
  });
});
