type Scalar = string | number | bigint | boolean | null;

const words: Readonly<Record<string, boolean | null>> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

/**
 * What a text without quotes is for policy-server: YAML 1.2, but with signs before any integer. A double is not finite where YAML says so.
 * An integer may have more than 64 bits.
 */
export function resolvePlain(text: string): Scalar {
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  return resolveInteger(text) ?? resolveFloat(text) ?? text;
}

export function resolveInteger(text: string): bigint | undefined {
  const [, sign, digits = ''] = /^([-+]?)(0x[\da-fA-F]+|0o[0-7]+|0b[01]+|0|[1-9]\d*)$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}

export function resolveFloat(text: string): number | undefined {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return Number.NaN;
  if (/^[-+]?0\d+$/.test(text)) return undefined;
  const isFloat = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text);
  const value = isFloat ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** Throws an Error for a number of more than 64 bits, which JSON has no room for here. */
export function checkRange(value: bigint): bigint {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new Error('JSON number out of range');
  return value;
}
