import { readFile } from 'node:fs/promises';
import { buildRustPolicies, RustUnavailable, type rustPolicies } from '../rust/build.mjs';

export type RustPolicies = Readonly<Record<(typeof rustPolicies)[number], Uint8Array>>;

/** The modules of test/rust, without metadata; or why this machine cannot build them. */
export async function loadRustPolicies(): Promise<RustPolicies | RustUnavailable> {
  try {
    const { expressions, labels, namespaces, payload, pods } = await buildRustPolicies();
    return {
      expressions: await readFile(expressions),
      labels: await readFile(labels),
      namespaces: await readFile(namespaces),
      payload: await readFile(payload),
      pods: await readFile(pods),
    };
  } catch (error) {
    if (error instanceof RustUnavailable) return error;
    throw error;
  }
}
