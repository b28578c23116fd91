const number = String.raw`(0|[1-9]\d*)`;
const identifier = String.raw`[\dA-Za-z-]+`;
const pattern = new RegExp(
  String.raw`^${number}\.${number}\.${number}(?:-(${identifier}(?:\.${identifier})*))?(?:\+${identifier}(?:\.${identifier})*)?$`,
);

/** A version; its build part is not compared. */
export type Version = {
  readonly release: readonly bigint[];
  readonly pre: readonly (bigint | string)[];
};

/** Undefined for what is no version. */
export function parseVersion(text: string): Version | undefined {
  const [matched, major = '', minor = '', patch = '', pre] = pattern.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const identifiers = pre === undefined ? [] : pre.split('.');
  if (identifiers.some((each) => /^0\d+$/.test(each))) return undefined;
  const version = {
    release: [major, minor, patch].map(BigInt),
    pre: identifiers.map((each) => (/^\d+$/.test(each) ? BigInt(each) : each)),
  };
  return [...version.release, ...version.pre].every(isUint64) ? version : undefined;
}

/** Writes `v1`, `1.2` and `01.2.3` in full; undefined for what cannot be completed. */
export function normalizeVersion(text: string): string | undefined {
  const [, major = '', minor, patch] = /^v?([^.]*)(?:\.([^.]*))?(?:\.([^]*))?$/.exec(text) ?? [];
  const parts = [major, minor, patch].filter((part) => part !== undefined);
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return undefined;
  const numbers = parts.map((part) => (part.length > 1 ? part.replace(/^0+(?=\d)|^(?=\D)/, '') : part));
  return [...numbers, '0', '0'].slice(0, 3).join('.');
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareAll(a.release, b.release) ||
    compare(Number(a.pre.length === 0), Number(b.pre.length === 0)) ||
    compareAll(a.pre, b.pre) ||
    compare(a.pre.length, b.pre.length)
  );
}

type Identifier = bigint | string;

function compareAll(a: readonly Identifier[], b: readonly Identifier[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order = right === undefined ? 0 : compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words. */
function compareIdentifiers(a: Identifier, b: Identifier): number {
  return typeof a === typeof b ? compare(a, b) : typeof a === 'bigint' ? -1 : 1;
}

function compare(a: Identifier | number, b: Identifier | number): number {
  return a < b ? -1 : Number(a > b);
}

function isUint64(identifier: Identifier): boolean {
  return typeof identifier === 'string' || BigInt.asUintN(64, identifier) === identifier;
}
