export class HelmUnavailable extends Error {}
export function buildHelm(): Promise<string>;
