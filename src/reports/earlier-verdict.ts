/** What a policy said of an object before it gave no answer. `seconds` since the epoch is when that was first seen. */
export type EarlierVerdict = {
  readonly verdict: 'pass' | 'fail';
  readonly seconds: number;
  /** Stands for policy, verdict and message, so that the same verdict is known when it comes back. 32 bits. */
  readonly fingerprint: number;
};

/** The property of an `error` result that holds it. The Go scanner has none like it. */
const name = 'earlier-verdict';
const format = /^(pass|fail) since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) \(([\da-f]{8})\)$/;

/** The property as reports store it, like `fail since 2026-11-28T14:00:00Z (9f86d081)`. */
export function toEarlierProperty(earlier: EarlierVerdict): Readonly<Record<string, string>> {
  const since = new Date(earlier.seconds * 1000).toISOString().replace('.000', '');
  const fingerprint = earlier.fingerprint.toString(16).padStart(8, '0');
  return { [name]: `${earlier.verdict} since ${since} (${fingerprint})` };
}

/** Reads it from the properties of a stored result; undefined where there is none that can be read. */
export function parseEarlierVerdict(properties: unknown): EarlierVerdict | undefined {
  if (typeof properties !== 'object' || properties === null || !(name in properties)) return undefined;
  const [, verdict, since = '', fingerprint = ''] = format.exec(String(properties[name])) ?? [];
  const seconds = Date.parse(since) / 1000;
  if ((verdict !== 'pass' && verdict !== 'fail') || !(seconds > 0)) return undefined;
  return { verdict, seconds, fingerprint: Number.parseInt(fingerprint, 16) };
}
