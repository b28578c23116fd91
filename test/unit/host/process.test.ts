import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const sources = join(import.meta.dirname, '../../../src');

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a module text in a Node of its own, as `audit-scanner ARGV…` would be run. */
async function run(
  code: string,
  argv: readonly string[] = [],
  stdout: 'pipe' | number = 'pipe',
): Promise<Ended> {
  const args = ['--input-type=module', '-e', code, '--', ...argv];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', stdout, 'pipe'],
    env: { HOME: '/nonexistent' },
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [out, err, [exitCode]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    closed,
  ]);
  return { code: exitCode, stdout: out, stderr: err };
}

/** `-e` leaves the module's own name out of argv. */
const start = `process.argv.splice(1, 0, 'audit-scanner'); const { start } = await import('${sources}/cli/main.ts');`;

describe('the program as a process', () => {
  it('leaves the exit code of what it did', async () => {
    expect(await run(`${start} await start();`, ['version'])).toMatchObject({ code: 0, stderr: '' });
    expect((await run(`${start} await start();`, ['scan', '--fail-on', 'hihg'])).code).toBe(2);
  });

  it.each([
    ['an exception', "setImmediate(() => { throw new RangeError('boom'); });"],
    ['a rejection', "void Promise.reject(new RangeError('boom'));"],
  ])('calls %s that nobody awaits a bug, with exit code 70', async (_, defect) => {
    const { code, stdout, stderr } = await run(`${start} await start(); ${defect}`, [
      'version',
      '-o',
      'json',
    ]);
    expect(code).toBe(70);
    expect(stderr).toMatch(/^error: this is a bug in audit-scanner +\[AS-9001\]\n {2}RangeError: boom\n/);
    expect(JSON.parse(stdout)).toHaveProperty('version');
  });

  it('says why it cannot write to stdout', async () => {
    const { code, stderr } = await run(`${start} await start();`, ['--help'], openSync('/dev/full', 'w'));
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: cannot write to stdout: no space is left on the device +\[AS-5001\]\n/);
  });
});

describe('the streams of the process', () => {
  const io = `const { createProcessIo } = await import('${sources}/host/process-io.ts'); const io = createProcessIo();`;

  it('let a long text leave whole', async () => {
    const { code, stdout } = await run(`${io} await io.stdout.write('x'.repeat(3_000_000));`);
    expect([code, stdout.length]).toEqual([0, 3_000_000]);
  });

  it('take a reader that went away for a reader that has enough', async () => {
    const code = `${io} for (let i = 0; i < 50; i += 1) await io.stdout.write('x'.repeat(100_000));
      await io.stderr.write(JSON.stringify({ closed: io.stdout.closed.aborted }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [exitCode]] = await Promise.all([
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    expect([exitCode, stderr]).toEqual([0, '{"closed":true}']);
  });

  it('tell signals until nobody listens', async () => {
    const code = `${io} const remove = io.onStop((signal) => { process.stdout.write(signal); remove(); });
      process.kill(process.pid, 'SIGINT'); await new Promise((resolve) => setTimeout(resolve, 50));
      process.kill(process.pid, 'SIGTERM'); await new Promise((resolve) => setTimeout(resolve, 5000));`;
    const { code: exitCode, stdout } = await run(code);
    expect([exitCode, stdout]).toEqual([null, 'SIGINT']);
  });

  it('have a clock of more than milliseconds', async () => {
    const { stdout } = await run(`${io} await io.stdout.write(String(io.now()));`);
    expect(Math.abs(Number(stdout) - Date.now())).toBeLessThan(60_000);
    expect(stdout).toContain('.');
  });
});

describe('the executable on another Node', () => {
  const executable = join(sources, '../bin/audit-scanner.js');
  const pretend = (version: string) =>
    run(
      `process.argv.splice(1, 0, 'audit-scanner');
       Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); await import('${executable}');`,
      ['--version'],
    );

  it.each(['18.20.4', '20.20.2', '22.18.0'])(
    '%s: says what is needed, what was found and what to do',
    async (version) => {
      expect(await pretend(version)).toEqual({
        code: 4,
        stdout: '',
        stderr: `error: audit-scanner needs Node.js 22.19 or newer, and this is Node.js ${version} [AS-1001]
  Try: install Node.js 24 from https://nodejs.org, or use the container image
`,
      });
    },
  );

  it.each(['22.19.0', '24.0.0', '100.1.0'])('%s: starts', async (version) => {
    expect((await pretend(version)).stderr).not.toContain('AS-1001');
  });
});
