import { CelScalar, type CelValue, celFunc, celType, isCelUint } from '@bufbuild/cel';
import { noSuchOverload, opaqueOf } from './opaque.ts';
import { standard } from './standard.ts';

const { BOOL, BYTES, DOUBLE, INT, STRING, UINT } = CelScalar;
const less = standard.find('_<_');
const comparable = new Set<string>([
  ...[BOOL, BYTES, DOUBLE, INT, STRING, UINT].map(({ name }) => name),
  ...['google.protobuf.Timestamp', 'google.protobuf.Duration'],
]);

/** Whether values of this type have an order. */
export function isComparable(value: CelValue): boolean {
  return opaqueOf(value) === undefined && comparable.has(celType(value).name);
}

/** Whether both have the same type, whatever its parameters. */
export function isSameType(a: CelValue, b: CelValue): boolean {
  return celType(a).name === celType(b).name;
}

/** For values of one type, or numbers. Never throws; what has no order is not less. */
export function isLess(a: CelValue, b: CelValue): boolean {
  return typeof a === 'string' && typeof b === 'string'
    ? compareText(a, b) < 0
    : less?.call(0, undefined, [a, b]) === true;
}

/** Negative, zero or positive. Throws for values without a common order. */
export function compareValues(a: CelValue, b: CelValue): number {
  const isFine = isComparable(a) && isComparable(b) && (isSameType(a, b) || (isNumber(a) && isNumber(b)));
  if (!isFine || Number.isNaN(a) || Number.isNaN(b)) return noSuchOverload();
  return isLess(a, b) ? -1 : Number(isLess(b, a));
}

function isNumber(value: CelValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || isCelUint(value);
}

/** By bytes, which is by characters; JavaScript goes by halves of them. */
function compareText(a: string, b: string): number {
  return /[\ud800-\udfff]/.test(a + b) ? Buffer.from(a).compare(Buffer.from(b)) : a < b ? -1 : Number(a > b);
}

/** The order of text as Go has it. */
export const comparisons = [
  celFunc('_<_', [STRING, STRING], BOOL, (a, b) => compareText(a, b) < 0),
  celFunc('_<=_', [STRING, STRING], BOOL, (a, b) => compareText(a, b) <= 0),
  celFunc('_>_', [STRING, STRING], BOOL, (a, b) => compareText(a, b) > 0),
  celFunc('_>=_', [STRING, STRING], BOOL, (a, b) => compareText(a, b) >= 0),
];
