export class RegoUnavailable extends Error {}
export function compileRego(file: string, entrypoint: string): Promise<string>;
