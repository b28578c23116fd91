import { openStoredResult } from '../../assembly/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import type { Io } from '../../host/index.ts';
import { readSavedBytes, readSavedResult, type SavedResult } from '../../sources/results/index.ts';

/** One of the two results, whatever it is read from. Close it at the end. */
export type Operand = SavedResult & { readonly close: () => Promise<void> };

type Surroundings = { readonly scan: ScanConfig; readonly io: Io; readonly signal: AbortSignal };

/** Opens what a word names: stdin, the reports that are stored in the cluster, or a file. Rejects with an AuditError. */
export async function openOperand(word: string, { scan, io, signal }: Surroundings): Promise<Operand> {
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  if (word === 'cluster') return openStoredResult(scan, { io, signal, onNotice });
  const close = (): Promise<void> => Promise.resolve();
  if (word !== '-') return { ...(await readSavedResult(word)), close };
  return { ...(await readSavedBytes('stdin', Buffer.from(await io.stdin.read(signal)))), close };
}
