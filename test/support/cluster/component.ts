import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One process of the control plane. Its output goes to `<directory>/<name>.log`. */
export type Component = {
  readonly name: string;
  readonly pid: number;
  /** How the process ended, e.g. `exit code 1`, or undefined while it runs. */
  ended(): string | undefined;
  lastLogLines(): string;
  /** SIGTERM, and SIGKILL when the process is still there after `graceMs`. */
  stop(graceMs: number): Promise<void>;
};

export type ComponentCommand = {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
};

/** A component of the control plane ended, or was not ready in time. The message holds the end of its log. */
export class ComponentError extends Error {
  constructor(component: Component, problem: string) {
    super(
      `${component.name} ${problem}; the end of its log:\n${component.lastLogLines() || '(it wrote nothing)'}`,
    );
    this.name = 'ComponentError';
  }
}

export function startComponent(command: ComponentCommand, directory: string): Component {
  const logPath = join(directory, `${command.name}.log`);
  const log = openSync(logPath, 'a');
  // Detached: Ctrl-C must reach the program that owns the cluster only, which then stops the components in order.
  const child = spawn(command.binary, command.args, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => (ended ??= error.message));
  child.once('exit', (code, signal) => (ended ??= code === null ? `signal ${signal}` : `exit code ${code}`));
  return {
    name: command.name,
    pid: child.pid ?? 0,
    ended: () => ended,
    lastLogLines: () => readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-20).join('\n'),
    stop: (graceMs) => stopProcess(child, graceMs),
  };
}

async function stopProcess(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(kill);
}

export type WaitOptions = { readonly what: string; readonly timeoutMs: number };

/**
 * Polls `probe` until it answers true. A probe that throws has not succeeded yet.
 * @throws {ComponentError} when the component ends or the time is over.
 */
export async function waitForComponent(
  component: Component,
  probe: () => Promise<boolean>,
  { what, timeoutMs }: WaitOptions,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let lastProblem = '';
  for (;;) {
    const ended = component.ended();
    if (ended !== undefined) throw new ComponentError(component, `ended (${ended}) before ${what}`);
    try {
      if (await probe()) return;
    } catch (error) {
      lastProblem = `, last answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) {
      throw new ComponentError(component, `: not ${what} after ${timeoutMs / 1000} s${lastProblem}`);
    }
    await delay(100);
  }
}

/** Kills the watched processes and removes the directory as soon as this process is gone, however it ended. */
export type Watchdog = {
  watch(component: Component): void;
  /** Ends the watch: the components are stopped and the directory is removed already. */
  dismiss(): void;
};

// The pipe to its stdin closes with this process even after SIGKILL, which no handler in this process could see.
const watchdogScript = `
while read -r pid; do
  [ "$pid" = dismiss ] && exit 0
  pids="$pids $pid"
done
[ -n "$pids" ] && kill -KILL $pids 2>/dev/null
sleep 1
rm -rf -- "$1"
`;

export function startWatchdog(directory: string): Watchdog {
  const child = spawn('/bin/sh', ['-c', watchdogScript, 'cluster-watchdog', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  const pipe = child.stdin as Socket;
  pipe.unref();
  return {
    watch: (component) => pipe.write(`${component.pid}\n`),
    dismiss: () => pipe.end('dismiss\n'),
  };
}
