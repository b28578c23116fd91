import type { StopSignal } from '../domain/index.ts';

/** Text going out. `write` resolves when the text has left, also when nobody reads any more; it rejects when it cannot be written. */
export type TextStream = {
  write(text: string): Promise<void>;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  /** Undefined where it is not known; 0 of some pseudo terminals. */
  readonly rows?: number | undefined;
  /** Aborted when the reader went away (`… | head -1`). */
  readonly closed: AbortSignal;
};

/** Everything outside the program that the command line may touch. */
export type Io = {
  readonly stdin: {
    readonly isTTY: boolean;
    /** All of it, as text. Rejects when the signal aborts, because its other end may never close. */
    readonly read: (signal: AbortSignal) => Promise<string>;
  };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch, with a fraction. */
  readonly now: () => number;
  /** Calls back at every signal until the returned function is called. */
  readonly onStop: (listener: (signal: StopSignal) => void) => () => void;
  /** Where the kubelet reads why a container ended. */
  readonly terminationLog: string;
};
