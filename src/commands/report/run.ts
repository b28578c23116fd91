import { openStoredReports } from '../../assembly/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import type { Io } from '../../host/index.ts';
import { loadShowResult } from '../convert/index.ts';

/** `audit-scanner report`. Resolves to the exit code; rejects with an AuditError where there is nothing to show. */
export async function runReport(scan: ScanConfig, io: Io, signal: AbortSignal): Promise<number> {
  const onNotice = (text: string): void => void io.stderr.write(`${text}\n`);
  const stored = await openStoredReports(scan, { io, signal, onNotice });
  try {
    if (!scan.display.quiet) await io.stderr.write(`Reading ${stored.subject}\n`);
    const { target, toolVersion } = stored;
    const { showResult } = await loadShowResult();
    return await showResult({ ...stored.read(), target, toolVersion }, scan, { io, signal });
  } finally {
    await stored.close();
  }
}
