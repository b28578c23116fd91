const maxUnsigned = 2n ** 64n - 1n;
const minSigned = -(2n ** 63n);

/**
 * A number of a JSON text as serde_json writes it after it has read it: integers of 64 bits as they are, all others as doubles, which
 * always show a fraction or an exponent. Undefined if it is beyond what a double holds.
 */
export function writeRustNumber(source: string): string | undefined {
  if (/^-?\d+$/.test(source) && source !== '-0') {
    const integer = BigInt(source);
    if (integer >= minSigned && integer <= maxUnsigned) return String(integer);
  }
  const value = Number(source);
  return Number.isFinite(value) ? writeDouble(value) : undefined;
}

/** Decimals from 1e-5 on and below 1e16, else with an exponent. */
function writeDouble(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const [, sign = '', digits = '', point = ''] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const significand = digits.replace('.', '');
  const exponent = Number(point);
  if (exponent < -5 || exponent >= 16) return `${sign}${digits}e${point}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${significand}`;
  const whole = significand.padEnd(exponent + 1, '0');
  return `${sign}${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || '0'}`;
}
