import { parseSemver, type Semver } from '../../text/index.ts';

/** Undefined if it is not a version; to the API server, that is one with a number beyond 64 bits, too. */
export function parseVersion(text: string): Semver | undefined {
  const version = parseSemver(text);
  if (version === undefined) return undefined;
  const { major, minor, patch, pre } = version;
  const numbers = [major, minor, patch, ...pre.filter((each) => /^\d+$/.test(each)).map(BigInt)];
  return numbers.every((each) => BigInt.asUintN(64, each) === each) ? version : undefined;
}

/** Writes `v1`, `1.2` and `01.2.3` in full; undefined for what cannot be completed. */
export function normalizeVersion(text: string): string | undefined {
  const [, major = '', minor, patch] = /^v?([^.]*)(?:\.([^.]*))?(?:\.([^]*))?$/.exec(text) ?? [];
  const parts = [major, minor, patch].filter((part) => part !== undefined);
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return undefined;
  const numbers = parts.map((part) => (part.length > 1 ? part.replace(/^0+(?=\d)|^(?=\D)/, '') : part));
  return [...numbers, '0', '0'].slice(0, 3).join('.');
}
