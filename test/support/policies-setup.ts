import { buildHelm } from '../helm/build.mjs';
import { buildRustPolicies, RustUnavailable } from '../rust/build.mjs';
import { buildCelPolicy, buildSdkPolicy, buildWapcPolicy } from '../sdk/build.mjs';

/** Compiles what tests run before any of them does: it takes all processors for minutes, the first time, and no test waits for so long. */
export default async function setup(): Promise<() => void> {
  const unavailable = await buildRustPolicies().then(
    () => undefined,
    (error: unknown) => {
      // In CI there has to be a Rust that can build them.
      if (error instanceof RustUnavailable && process.env['CI'] !== 'true') return error;
      throw error;
    },
  );
  // What cannot be built is said by the tests that need it.
  for (const build of [buildSdkPolicy, buildWapcPolicy, buildCelPolicy, buildHelm])
    await build().catch(() => undefined);
  // After the totals, where it cannot scroll away.
  return () => {
    if (unavailable !== undefined)
      process.stderr.write(`\nSKIPPED: every test with a policy in Rust: ${unavailable.message}\n\n`);
  };
}
