export class RustUnavailable extends Error {}
export const rustPolicies: readonly ['expressions', 'labels', 'namespaces', 'payload', 'pods'];
export function buildRustPolicies(): Promise<Record<(typeof rustPolicies)[number], string>>;
