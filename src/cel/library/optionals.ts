import {
  type CelList,
  type CelMap,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  listType,
} from '@bufbuild/cel';
import { internal } from '../ast.ts';
import { noSuchOverload } from './opaque.ts';
import { standard } from './standard.ts';

/** An optional is a list of no element or one that is remembered as such: CEL's own values are all that the evaluator knows. */
const known = new WeakSet<CelList>();
const { BOOL, DYN, STRING } = CelScalar;
const LIST = listType(DYN);

/** An optional that holds at most one element. */
export function optional(...elements: readonly CelValue[]): CelList {
  const made = celList(elements);
  known.add(made);
  return made;
}

/** Whether a value is an optional, which is a list to the evaluator. */
export function isOptional(value: CelValue): boolean {
  return isCelList(value) && known.has(value);
}

/** What an optional holds, if anything. Throws if it is not one. */
export function elementOf(value: CelValue): CelValue | undefined {
  if (!isCelList(value) || !known.has(value)) return noSuchOverload();
  return value.size === 0 ? undefined : value.get(0);
}

/** What is at a key of a value, or of what an optional holds. */
function access(holder: CelValue, key: CelValue): CelList {
  const inner = isOptional(holder) ? elementOf(holder) : holder;
  if (inner === undefined) return optional();
  const found = lookUp(inner, key);
  return found === undefined ? optional() : optional(found);
}

function lookUp(holder: CelValue, key: CelValue): CelValue | undefined {
  if (isCelMap(holder)) return isKey(key) ? holder.get(key) : undefined;
  if (isCelList(holder) && typeof key === 'bigint') return holder.get(Number(key));
  return noSuchOverload();
}

type Key = Parameters<CelMap['get']>[0];

function isKey(value: CelValue): value is Key {
  return typeof value !== 'object' || isCelUint(value);
}

function isZero(value: CelValue): boolean {
  if (isCelMap(value) || isCelList(value)) return value.size === 0;
  if (value === null || value instanceof Uint8Array) return value === null || value.length === 0;
  return [0n, '', false, ...zeroTimes()].some(
    (zero) => standard.find('_==_')?.call(0, undefined, [zero, value]) === true,
  );
}

/** Can only be made while something is evaluated. */
function zeroTimes(): CelValue[] {
  const zeros = { duration: '0s', timestamp: '0001-01-01T00:00:00Z' };
  return Object.entries(zeros).flatMap(([type, text]) => {
    const time = standard.find(type)?.call(0, undefined, [text]);
    return time === undefined || isCelError(time) ? [] : [time];
  });
}

/** The optional values of CEL, but for those in list and map literals. */
export const optionals = [
  celMethod(internal.select, DYN, [STRING], DYN, function (key) {
    return access(this, key);
  }),
  celMethod(internal.index, DYN, [DYN], DYN, function (key) {
    return access(this, key);
  }),
  celFunc(internal.has, [DYN, STRING], BOOL, (holder, field) => {
    if (isCelList(holder)) throw new Error('unsupported index type in list');
    return isCelMap(holder) && holder.get(field) !== undefined;
  }),
  celFunc(internal.toOptional, [LIST], DYN, (elements) =>
    isOptional(elements) ? elements : optional(...elements),
  ),
  celFunc('optional.none', [], DYN, () => optional()),
  celFunc('optional.of', [DYN], DYN, (value) => optional(value)),
  celFunc('optional.ofNonZeroValue', [DYN], DYN, (value) => (isZero(value) ? optional() : optional(value))),
  celMethod('hasValue', DYN, [], BOOL, function () {
    return elementOf(this) !== undefined;
  }),
  celMethod('value', DYN, [], DYN, function () {
    const element = elementOf(this);
    if (element === undefined) throw new Error('optional.none() dereference');
    return element;
  }),
  celMethod('orValue', DYN, [DYN], DYN, function (other) {
    return elementOf(this) ?? other;
  }),
  celMethod('or', DYN, [DYN], DYN, function (other) {
    return elementOf(this) === undefined ? other : this;
  }),
];
