import { writeSync } from 'node:fs';
import { AuditError, errorCodes } from '../domain/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { main } from './main.ts';
import { createProcessIo } from './process-io.ts';
import { renderError } from './render-error.ts';

/** The program as a process: runs it with the real streams and leaves the exit code, so that what is written can still leave. */
export async function start(): Promise<void> {
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.exitCode = await main(process.argv.slice(2), createProcessIo());
}

/** A defect outside of anything that is awaited. Node's own code for it is 1, which would read as "violations found". */
function crash(thrown: unknown): never {
  const causes = process.argv.some((arg) => /^-v{2,}$/.test(arg));
  writeSync(
    2,
    renderError(new AuditError(errorCodes.internal, String(thrown), { cause: thrown }), { causes }),
  );
  process.exit(exitCodes.internal);
}
