export function fingerprint(parts: readonly (string | Uint8Array)[]): string;
export function cacheFolder(name: string): string;
export function cached(
  folder: string,
  name: string,
  make: (output: string) => Promise<unknown>,
): Promise<string>;
