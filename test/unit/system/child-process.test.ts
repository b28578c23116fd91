import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ChildOptions, runProgram } from '../../../src/system/child-process.ts';

const never = new AbortController().signal;

function shell(script: string, options: Partial<ChildOptions> = {}) {
  return runProgram('sh', ['-c', script], {
    env: process.env,
    stdin: 'nothing',
    stderr: 'keep',
    signal: never,
    timeoutMs: 20_000,
    ...options,
  });
}

/** Whether a process is there and is no corpse. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { stdout } = await shell(`sed -n 's/^State:[[:space:]]*//p' /proc/${pid}/status`);
  return !stdout.toString().startsWith('Z');
}

async function isGone(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 50) {
    if (!(await isAlive(pid))) return true;
    await delay(50);
  }
  return false;
}

describe('running a program', () => {
  it('gives what it says and how it ends', async () => {
    const { exitCode, stdout, stderr } = await shell('cat; echo oops >&2; exit 3', {
      stdin: { text: 'hello' },
    });
    expect([exitCode, stdout.toString(), stderr]).toEqual([3, 'hello', 'oops\n']);
  });

  it('has nothing to read unless it is given something', async () => {
    expect((await shell('cat')).stdout.toString()).toBe('');
  });

  it('bears a program that does not read what it is given', async () => {
    expect((await shell('exit 0', { stdin: { text: 'x'.repeat(2 ** 20) } })).exitCode).toBe(0);
  });

  it('passes its stderr on as it comes', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const stop = new AbortController();
    const running = shell('echo code ABCD >&2; sleep 60', { stderr: resolve, signal: stop.signal });
    expect(await promise).toBe('code ABCD\n');
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('says that there is no such program', async () => {
    const options = {
      env: process.env,
      stdin: 'nothing',
      stderr: 'keep',
      signal: never,
      timeoutMs: 1000,
    } as const;
    await expect(runProgram('there-is-no-such-program', [], options)).rejects.toThrow('ENOENT');
  });

  it.each(['time', 'signal'])('ends it with everything that it started, when the %s says so', async (by) => {
    const stop = new AbortController();
    const { promise: started, resolve } = Promise.withResolvers<string>();
    const running = shell('sleep 60 & echo $! >&2; trap "" TERM; sleep 60; sleep 60', {
      stderr: resolve,
      signal: stop.signal,
      timeoutMs: by === 'time' ? 500 : 20_000,
    });
    const failed = running.then(() => 'ended', String);
    const grandchild = Number(await started);
    expect(await isAlive(grandchild)).toBe(true);
    if (by === 'signal') stop.abort(new Error('stopped'));
    expect(await failed).toMatch(by === 'time' ? /gave no answer within 0\.5 s/ : /stopped/);
    expect(await isGone(grandchild)).toBe(true);
  });

  it('does not start it after the signal', async () => {
    await expect(shell('exit 0', { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
  });

  it('does not wait for what it left behind with its output open', async () => {
    const { stdout } = await shell('sleep 30 & echo $!; exit 0');
    const left = Number(stdout.toString());
    expect(await isAlive(left)).toBe(true);
    process.kill(left);
  });

  it('ends one that says too much', async () => {
    await expect(shell('cat /dev/zero')).rejects.toThrow('gave more than 256 MiB');
  });
});
