/** A version as semver.org defines it; the build part has no meaning for the order and is dropped. */
export type Semver = {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly pre: readonly string[];
};

const number = '(0|[1-9]\\d*)';
const preIdentifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const identifiers = '[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*';
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${preIdentifier}(?:\\.${preIdentifier})*))?(?:\\+${identifiers})?$`,
);

/** Undefined if it is not a version; a leading `v` is none. */
export function parseSemver(text: string): Semver | undefined {
  const [matched, major = '', minor = '', patch = '', pre] = pattern.exec(text) ?? [];
  if (matched === undefined) return undefined;
  return {
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    pre: pre === undefined ? [] : pre.split('.'),
  };
}

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareSemver(a: Semver, b: Semver): number {
  return (
    compare(a.major, b.major) ||
    compare(a.minor, b.minor) ||
    compare(a.patch, b.patch) ||
    comparePre(a.pre, b.pre)
  );
}

/** A version without a pre-release comes after those that have one. */
function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return compare(Number(a.length === 0), Number(b.length === 0));
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const order = compareIdentifier(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return compare(a.length, b.length);
}

/** Numbers come before words. */
function compareIdentifier(a: string, b: string): number {
  const [aNumeric, bNumeric] = [a, b].map((text) => /^\d+$/.test(text));
  if (aNumeric && bNumeric) return compare(BigInt(a), BigInt(b));
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  return compare(a, b);
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}
