export class SdkUnavailable extends Error {}
export function buildSdkPolicy(): Promise<string>;
