export class RegistryUnavailable extends Error {}
export function buildRegistry(): Promise<string>;
