export class SigstoreUnavailable extends Error {}
export function buildSigstore(): Promise<string>;
