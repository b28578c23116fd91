import type { CliResult } from '../support/cli.ts';
import type { FaultWorld } from './world.ts';

/**
 * What becomes of the stored reports of one type. `current`: they say what the cluster and the answers imply, stale ones are gone. `kept`:
 * they are exactly as before. `errored`: they say of every object that there is no answer. `mixed`: some were written; none is gone whose
 * object is there.
 */
export type ReportsAfter = 'current' | 'kept' | 'errored' | 'mixed';

/** One fault: how it is made, and what a user sees of it. The tests and docs/faults.md both come from these records. */
export type Fault = {
  readonly id: string;
  readonly title: string;
  /** What the screen says. */
  readonly sees: string;
  /** What it says instead where the fault comes at another moment. */
  readonly orSees?: string;
  /** Of `scan --store --fail-on never`. */
  readonly exitCode: number;
  /** Where it depends on the machine how far the scan gets. */
  readonly otherExitCodes?: readonly number[];
  readonly complete: boolean;
  readonly pods: ReportsAfter;
  readonly configMaps: ReportsAfter;
  /** The garbage collector of the cluster has to remove a report with its object. */
  readonly isCollected?: boolean;
  /** Makes the fault ready to happen. */
  readonly arrange: (world: FaultWorld) => Promise<void> | void;
  /** In place of the usual scan. */
  readonly run?: (world: FaultWorld) => Promise<CliResult>;
  /** Undoes what the world does not undo by itself. */
  readonly repair?: (world: FaultWorld) => Promise<void> | void;
  /** Flags besides those of every scan of this suite. */
  readonly flags?: readonly string[];
  /** False where the run stores nothing. */
  readonly stores?: boolean;
  /** False where the run leaves no JSON document behind. */
  readonly document?: boolean;
  /** False where waiting for retries would take the drop-in as long again. */
  readonly dropIn?: boolean;
  /** How long it may take at most, in seconds; 60 unless said. */
  readonly seconds?: number;
};

export type FaultGroup = { readonly title: string; readonly faults: readonly Fault[] };

/** The drop-in ends with 0 after every finished scan, and with 1 where it could not start or the process was ended. */
export function dropInExitCode({ exitCode }: Fault): number {
  return exitCode === 4 || exitCode === 2 ? 1 : exitCode > 70 ? exitCode : 0;
}
