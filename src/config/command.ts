import type { Io } from '../host/index.ts';
import type { ScanConfig } from './config.ts';
import type { OptionGroup } from './option.ts';

/** A loaded command, as the command line sees it. */
export type Command = {
  /** What `--help` prints; absent where the command itself says what it does with it. */
  readonly help?: () => string;
  /** Its flags; absent where it has none. */
  readonly groups?: readonly OptionGroup[];
  /** Resolves to the exit code; `main` prints what it throws. */
  readonly run: (args: readonly string[], surroundings: Surroundings) => Promise<number>;
};

/** A command before it is loaded, as the command line sees it. */
export type CommandEntry = {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Whether `audit-scanner help` has a page about it. */
  readonly isTopic?: boolean;
  readonly load: () => Promise<Command>;
};

export type Surroundings = {
  readonly io: Io;
  readonly commands: readonly CommandEntry[];
  /** Replaces the audit itself. */
  readonly runAudit?: AuditRunner | undefined;
};

/** Builds the adapters and runs the audit. Resolves to the exit code, also of an audit that could not start. */
export type AuditRunner = (config: ScanConfig, io: Io) => Promise<number>;
