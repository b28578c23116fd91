import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** One process of the control plane. Its output goes to `<directory>/<name>.log`. */
export type Component = {
  readonly name: string;
  readonly pid: number;
  /** How the process ended, e.g. `exit code 1`, or undefined while it runs. */
  ended(): string | undefined;
  lastLogLines(): string;
  /** Kills the process: nothing that it holds is needed any more. */
  readonly kill: () => Promise<void>;
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

function startComponent(command: ComponentCommand, directory: string): Component {
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
    kill: () => killProcess(child),
  };
}

async function killProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await exited;
}

/** Generous: the machine may have two cores that are busy with something else. */
export const startTimeoutMs = 120_000;
const probeTimeoutMs = 10_000;

/**
 * Polls `probe` until it answers true, which means that the component is `what`. A probe that throws has not succeeded yet.
 * @throws {ComponentError} when the component ends or the time is over.
 */
export async function waitForComponent(
  component: Component,
  probe: () => Promise<boolean>,
  what: string,
): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  let lastProblem = '';
  for (;;) {
    const ended = component.ended();
    if (ended !== undefined) throw new ComponentError(component, `ended (${ended}) before it was ${what}`);
    try {
      // A server that starts may accept a request and never answer it.
      if (await Promise.race([probe(), delay(probeTimeoutMs, false)])) return;
    } catch (error) {
      lastProblem = `, last answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) {
      throw new ComponentError(component, `was not ${what} after ${startTimeoutMs / 1000} s${lastProblem}`);
    }
    await delay(100);
  }
}

/** Components that live and die together, and the directory that they use. */
export type ComponentGroup = {
  readonly run: (command: ComponentCommand) => Component;
  /** Kills every component and removes the directory. Also happens when this process ends, in whatever way. */
  readonly stop: () => Promise<void>;
};

export function createComponentGroup(directory: string): ComponentGroup {
  const watchdog = startWatchdog(directory);
  const components: Component[] = [];
  return {
    run: (command) => {
      const component = startComponent(command, directory);
      watchdog.write(`${component.pid}\n`);
      components.push(component);
      return component;
    },
    stop: async () => {
      await Promise.all(components.map((component) => component.kill()));
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
      watchdog.end('dismiss\n');
    },
  };
}

const watchdogScript = `
while read -r pid; do
  [ "$pid" = dismiss ] && exit 0
  pids="$pids $pid"
done
[ -n "$pids" ] && kill -KILL $pids 2>/dev/null
sleep 1
rm -rf -- "$1"
`;

/**
 * Starts a shell that kills the processes whose ids are written to it, and removes the directory, when the pipe to it closes.
 * That happens even when this process gets a SIGKILL, which no handler in this process could see.
 */
function startWatchdog(directory: string): Writable {
  const child = spawn('/bin/sh', ['-c', watchdogScript, 'cluster-watchdog', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  const pipe = child.stdin as Writable & { unref(): void };
  pipe.unref();
  return pipe;
}
