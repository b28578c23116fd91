/** Undefined for what is no JSON. */
export function parseJson(content: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof content === 'string' ? content : Buffer.from(content).toString());
  } catch {
    return undefined;
  }
}
