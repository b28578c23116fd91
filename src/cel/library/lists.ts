import {
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  celType,
  isCelError,
  listType,
} from '@bufbuild/cel';
import { compareValues, isSameType } from './comparison.ts';
import { isEqual } from './equality.ts';
import { noSuchOverload, opaqueOf } from './opaque.ts';
import { standard } from './standard.ts';

const { BOOL, DYN, INT } = CelScalar;
const LIST = listType(DYN);
const add = standard.find('_+_');
const summable = new Set(['int', 'uint', 'double', 'google.protobuf.Duration']);

function isIn(list: CelList, value: CelValue): boolean {
  return [...list].some((element) => isEqual(element, value));
}

function extreme(list: CelList, sign: number): CelValue {
  const [first, ...rest] = [...list];
  if (first === undefined) throw new Error('min or max of an empty list');
  return rest.reduce((best, element) => (compareValues(element, best) * sign > 0 ? element : best), first);
}

function sum(list: CelList): CelValue {
  const [first, ...rest] = [...list];
  if (first === undefined) return 0n;
  if (!isSummable(first) || !rest.every((element) => isSameType(element, first))) return noSuchOverload();
  return rest.reduce<CelValue>((total, element) => {
    const next = add?.call(0, undefined, [total, element]);
    if (next === undefined) return noSuchOverload();
    if (isCelError(next)) throw next;
    return next;
  }, first);
}

function isSummable(value: CelValue): boolean {
  return summable.has(celType(value).name) && opaqueOf(value) === undefined;
}

function isSorted(list: CelList): boolean {
  const elements = [...list];
  return elements.every((element, index) => {
    const previous = elements[index - 1];
    return previous === undefined || compareValues(previous, element) <= 0;
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
