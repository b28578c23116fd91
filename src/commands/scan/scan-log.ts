import type { ScanConfig } from '../../config/index.ts';
import type { Io } from '../../host/index.ts';
import { createJsonLog, createTextLog, type Log, type LogFormat } from '../../host/logging/index.ts';
import type { Progress } from './progress.ts';

/** Of stderr: the JSON log of the drop-in is on stdout. */
export function formatOf({ frontDoor, log }: ScanConfig): LogFormat {
  return frontDoor === 'scan' ? log.format : 'text';
}

/** The drop-in logs to stdout as the Go scanner does; `scan` keeps stdout for documents. */
export function createScanLog(config: ScanConfig, io: Io, progress: Progress): Log {
  const { level, format } = config.log;
  const stream = config.frontDoor === 'drop-in' ? io.stdout : io.stderr;
  const write = (text: string): void => {
    progress.clear();
    void stream.write(text);
  };
  if (format === 'json') return createJsonLog({ level, write, now: io.now });
  return createTextLog({ level, write });
}
