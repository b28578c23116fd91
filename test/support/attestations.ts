import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { buildSigstore, SigstoreUnavailable } from '../sigstore/build.mjs';

const unavailable = await buildSigstore().then(
  () => undefined,
  (thrown: unknown) => {
    if (thrown instanceof SigstoreUnavailable) return thrown;
    throw thrown;
  },
);
if (unavailable !== undefined)
  console.error(`SKIPPED: evidence against the libraries of others, because ${unavailable.message}`);

/** `describe` for tests that need what Sigstore's libraries for Go say; skips them where there is no Go. */
export const describeWithSigstore = describe.skipIf(unavailable !== undefined);

/** Runs the program that is made of them. Resolves to what it prints, or to its complaint. */
export async function runSigstore(...args: readonly string[]): Promise<string> {
  return promisify(execFile)(await buildSigstore(), args).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => `refused: ${(error as { stderr: string }).stderr.trim()}`,
  );
}
