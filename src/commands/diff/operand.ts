import { openStoredReports, type StoredReports } from '../../assembly/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import type { AuditOutcome, ResourceReport } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import {
  readSavedBytes,
  readSavedResult,
  readViolations,
  type SavedResult,
} from '../../sources/results/index.ts';

/** One of the two results, whatever it is read from. Close it at the end. */
export type Operand = Pick<SavedResult, 'path' | 'kind' | 'target' | 'toolVersion'> & {
  /** Everything that it says of objects. To be read once, to the end. Rejects with an AuditError. */
  readonly reports: AsyncIterable<ResourceReport>;
  /** Whether it is of stored reports. */
  readonly isStored: boolean;
  /** What it comes to; of the stored reports that is known only when all of them have been read. */
  readonly outcome: () => AuditOutcome;
  readonly close: () => Promise<void>;
};

type Surroundings = { readonly scan: ScanConfig; readonly io: Io; readonly signal: AbortSignal };

/** Opens what a word names: stdin, the reports that are stored in the cluster, or a file. Rejects with an AuditError. */
export async function openOperand(word: string, { scan, io, signal }: Surroundings): Promise<Operand> {
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  if (word === 'cluster') return ofStored(await openStoredReports(scan, { io, signal, onNotice }));
  if (word !== '-') return ofSaved(await readSavedResult(word));
  return ofSaved(await readSavedBytes('stdin', Buffer.from(await io.stdin.read(signal))));
}

function ofStored({ target, toolVersion, read, close }: StoredReports): Operand {
  return { path: 'cluster', kind: 'result', isStored: true, target, toolVersion, ...read(), close };
}

function ofSaved(saved: SavedResult): Operand {
  const { path, kind, outcome, target, toolVersion } = saved;
  const close = (): Promise<void> => Promise.resolve();
  const reports = readViolations(saved);
  return { path, kind, isStored: false, target, toolVersion, reports, outcome: () => outcome, close };
}
