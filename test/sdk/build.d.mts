export class SdkUnavailable extends Error {}
export function buildSdkPolicy(): Promise<string>;
export function buildCelPolicy(): Promise<string>;
export function buildWapcPolicy(): Promise<Uint8Array>;
