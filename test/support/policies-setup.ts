import { buildRustPolicies, RustUnavailable } from '../rust/build.mjs';

/** Compiles the policies in Rust before any test runs: it takes all processors for minutes, the first time. */
export default async function setup(): Promise<() => void> {
  const unavailable = await buildRustPolicies().then(
    () => undefined,
    (error: unknown) => {
      // In CI there has to be a Rust that can build them.
      if (error instanceof RustUnavailable && process.env['CI'] !== 'true') return error;
      throw error;
    },
  );
  // After the totals, where it cannot scroll away.
  return () => {
    if (unavailable !== undefined)
      process.stderr.write(`\nSKIPPED: every test with a policy in Rust: ${unavailable.message}\n\n`);
  };
}
