import { setTimeout as delay } from 'node:timers/promises';
import { AuditError, errorCodes, type StopReason } from '../domain/index.ts';
import type { Io } from './io.ts';

/** How long what is in flight may go on after a signal. */
const graceMs = 2000;

export type Stopping = {
  /** `stop`: nothing new may begin. `abort`: what is in flight ends, too. */
  readonly signals: { readonly stop: AbortSignal; readonly abort: AbortSignal };
  /** What ended the run before it was done. */
  stoppedBy(): StopReason | undefined;
  /** Stops listening. */
  dispose(): void;
};

/**
 * Turns SIGINT, SIGTERM and the time limit of the run into the audit's two signals: no new work at once, an end of the work in
 * flight after two seconds, or at once when the signal comes a second time.
 */
export function listenForStop(io: Io, timeoutMs: number | undefined): Stopping {
  const stop = new AbortController();
  const abort = new AbortController();
  const idle = new AbortController();
  let stoppedBy: StopReason | undefined;

  function end(reason: string, tries: readonly string[] = []): void {
    const error = new AuditError(errorCodes.interrupted, reason, { tries });
    if (stop.signal.aborted) abort.abort(error);
    stop.abort(error);
    wait(graceMs, () => {
      abort.abort(error);
    });
  }

  function wait(ms: number, then: () => void): void {
    // The timer must not keep the process alive when the run ends earlier.
    delay(ms, undefined, { ref: false, signal: idle.signal }).then(then, () => undefined);
  }

  const unlisten = io.onStop((signal) => {
    stoppedBy ??= signal;
    end(signal === 'SIGINT' ? 'interrupted by Ctrl-C' : 'stopped by SIGTERM');
  });
  if (timeoutMs !== undefined) {
    wait(timeoutMs, () => {
      stoppedBy ??= { timeLimitMs: timeoutMs };
      end(`ended by the time limit of ${timeoutMs / 1000} s (--timeout)`, ['audit-scanner scan --timeout 0']);
    });
  }
  return {
    signals: { stop: stop.signal, abort: abort.signal },
    stoppedBy: () => stoppedBy,
    dispose: () => {
      unlisten();
      idle.abort();
    },
  };
}
