/** As Go writes a double in the fewest digits that say which it is. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const { digits, power } = scientific(value);
  if (power >= -4 && power < 6) return plain(value, power);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function scientific(value: number): { readonly digits: string; readonly power: number } {
  const [digits = '', exponent] = value.toExponential().split('e');
  return { digits, power: Number(exponent) };
}

/** Small numbers have an exponent in JavaScript only. */
function plain(value: number, power: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20 - power).replace(/0+$/, '') : text;
}

/** As Go's printer for English writes a double: in thousands, and exactly as far as asked; of two that are as close, the even one. */
export function formatFixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  const { numerator, shift } = fractionOf(Math.abs(value));
  const scaled = numerator * 10n ** BigInt(precision);
  const rounded = scaled >> shift;
  const rest = scaled - (rounded << shift);
  const half = shift === 0n ? 1n : 1n << (shift - 1n);
  const isUp = rest > half || (rest === half && (rounded & 1n) === 1n);
  const digits = String(isUp ? rounded + 1n : rounded).padStart(precision + 1, '0');
  const whole = digits.slice(0, digits.length - precision).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  const decimals = precision === 0 ? '' : `.${digits.slice(digits.length - precision)}`;
  return `${value < 0 ? '-' : ''}${whole}${decimals}`;
}

/** A finite double is a whole number over a power of two. */
function fractionOf(value: number): { readonly numerator: bigint; readonly shift: bigint } {
  let [numerator, shift] = [value, 0n];
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    shift += 1n;
  }
  return { numerator: BigInt(numerator), shift };
}
