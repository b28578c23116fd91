import { type CelList, CelScalar, type CelValue, celFunc, celMethod, listType } from '@bufbuild/cel';
import { isEqual } from './equality.ts';

const { BOOL, DYN, INT } = CelScalar;
const LIST = listType(DYN);

function isIn(list: CelList, value: CelValue): boolean {
  return [...list].some((element) => isEqual(element, value));
}

function isNumber(value: CelValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function compare(a: CelValue, b: CelValue): number {
  const isComparable =
    (typeof a === 'string' && typeof b === 'string') ||
    (typeof a === 'boolean' && typeof b === 'boolean') ||
    (isNumber(a) && isNumber(b));
  if (!isComparable) throw new Error('no such overload');
  return a < b ? -1 : a > b ? 1 : 0;
}

function extreme(list: CelList, sign: number): CelValue {
  const [first, ...rest] = [...list];
  if (first === undefined) throw new Error('min or max of an empty list');
  return rest.reduce((best, element) => (compare(element, best) * sign > 0 ? element : best), first);
}

function sum(list: CelList): bigint | number {
  const elements = [...list];
  if (elements.every((element) => typeof element === 'number')) {
    return elements.length === 0 ? 0n : elements.reduce((total, element) => total + element, 0);
  }
  if (elements.every((element) => typeof element === 'bigint')) {
    const total = elements.reduce((all, element) => all + element, 0n);
    if (BigInt.asIntN(64, total) !== total) throw new Error('integer overflow');
    return total;
  }
  throw new Error('no such overload');
}

function isSorted(list: CelList): boolean {
  const elements = [...list];
  return elements.every((element, index) => {
    const previous = elements[index - 1];
    return previous === undefined || compare(previous, element) <= 0;
  });
}

function indexOf(list: CelList, value: CelValue): bigint {
  return BigInt([...list].findIndex((element) => isEqual(element, value)));
}

function lastIndexOf(list: CelList, value: CelValue): bigint {
  return BigInt([...list].findLastIndex((element) => isEqual(element, value)));
}

/** Kubernetes' functions on lists, and those on lists as sets. */
export const lists = [
  celMethod('isSorted', LIST, [], BOOL, function () {
    return isSorted(this);
  }),
  celMethod('sum', LIST, [], DYN, function () {
    return sum(this);
  }),
  celMethod('min', LIST, [], DYN, function () {
    return extreme(this, -1);
  }),
  celMethod('max', LIST, [], DYN, function () {
    return extreme(this, 1);
  }),
  celMethod('indexOf', LIST, [DYN], INT, function (value) {
    return indexOf(this, value);
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (value) {
    return lastIndexOf(this, value);
  }),
  celFunc('sets.contains', [LIST, LIST], BOOL, (list, part) => [...part].every((value) => isIn(list, value))),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => [...b].some((value) => isIn(a, value))),
  celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => {
    return [...a].every((value) => isIn(b, value)) && [...b].every((value) => isIn(a, value));
  }),
];
