import {
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelList,
  listType,
} from '@bufbuild/cel';
import { internal } from '../ast.ts';
import { spendAll, undecidable } from '../trace.ts';
import { isComparable, isLess, isSameType } from './comparison.ts';
import { isEqual } from './equality.ts';
import { elementOf, isOptional, optional } from './optionals.ts';

const { BOOL, DYN, INT } = CelScalar;
const LIST = listType(DYN);
/** Up to here Go sorts in a way that keeps the order of equals. */
const stableLength = 12;

type Keyed = { readonly key: CelValue; readonly element: CelValue };

function sort(list: CelList, keys: CelList): CelList {
  const elements = [...list];
  const keyed = [...keys].map((key, index): Keyed => ({ key, element: elements[index] ?? null }));
  const [first] = keyed;
  if (first === undefined) return list;
  if (
    !isComparable(first.key) ||
    !keyed.every(({ key }) => isComparable(key) && isSameType(key, first.key))
  ) {
    throw new Error('list elements must be comparable and have the same type');
  }
  const sorted = keyed.length <= stableLength ? insertionSort(keyed) : strictSort(keyed, list === keys);
  return celList(sorted.map(({ element }) => element));
}

/** As Go does it, which shows where a key is no number. */
function insertionSort(keyed: readonly Keyed[]): readonly Keyed[] {
  const sorted: Keyed[] = [];
  for (const each of keyed) {
    let place = sorted.length;
    for (; place > 0; place -= 1) {
      const before = sorted[place - 1];
      if (before === undefined || !isLess(each.key, before.key)) break;
    }
    sorted.splice(place, 0, each);
  }
  return sorted;
}

/** Where equal keys end up in a long list is up to Go; that matters unless the keys are all there is. */
function strictSort(keyed: readonly Keyed[], areKeysAll: boolean): readonly Keyed[] {
  spendAll(keyed.length);
  const isNan = keyed.some(({ key }) => Number.isNaN(key));
  const sorted = keyed.toSorted((a, b) => (isLess(a.key, b.key) ? -1 : Number(isLess(b.key, a.key))));
  const hasEquals = sorted.some(({ key }, index) => {
    const next = sorted[index + 1];
    return next !== undefined && !isLess(key, next.key);
  });
  if (isNan || (hasEquals && !areKeysAll)) return undecidable('sorts equals, whose order is not defined');
  return sorted;
}

function distinct(list: CelList): CelList {
  const found: CelValue[] = [];
  for (const element of list) {
    spendAll(found.length);
    if (!found.some((other) => isEqual(element, other))) found.push(element);
  }
  return celList(found);
}

function flatten(list: CelList, depth: bigint): CelValue[] {
  if (depth < 0n) throw new Error('level must be non-negative');
  return [...list].flatMap((element) =>
    depth > 0n && isCelList(element) && !isOptional(element) ? flatten(element, depth - 1n) : [element],
  );
}

function slice(list: CelList, start: bigint, end: bigint): CelList {
  if (start < 0n || start > end || end > BigInt(list.size)) throw new Error(`cannot slice(${start}, ${end})`);
  return celList([...list].slice(Number(start), Number(end)));
}

function range(size: bigint): CelList {
  if (size < 0n || size > 10_000_000n) throw new Error('lists.range: no such size');
  spendAll(Number(size));
  return celList(Array.from({ length: Number(size) }, (_, index) => BigInt(index)));
}

function unwrap(list: CelList): CelList {
  return celList([...list].map(elementOf).filter((element) => element !== undefined));
}

/** CEL's own functions on lists, as far as Kubernetes has them. */
export const sequences = [
  celMethod('sort', LIST, [], LIST, function () {
    return sort(this, this);
  }),
  celFunc(internal.sortBy, [LIST, LIST], LIST, sort),
  celMethod('distinct', LIST, [], LIST, function () {
    return distinct(this);
  }),
  celMethod('reverse', LIST, [], LIST, function () {
    return celList([...this].toReversed());
  }),
  celMethod('flatten', LIST, [], LIST, function () {
    return flatten(this, 1n);
  }),
  celMethod('flatten', LIST, [INT], LIST, function (depth) {
    return flatten(this, depth);
  }),
  celMethod('includes', DYN, [DYN], BOOL, function (value) {
    const elements = isCelList(this) && !isOptional(this) ? [...this] : [this];
    return elements.some((element) => isEqual(element, value));
  }),
  celMethod('slice', LIST, [INT, INT], LIST, function (start, end) {
    return slice(this, start, end);
  }),
  celFunc('lists.range', [INT], LIST, range),
  celMethod('first', LIST, [], DYN, function () {
    return optional(...[...this].slice(0, 1));
  }),
  celMethod('last', LIST, [], DYN, function () {
    return optional(...[...this].slice(-1));
  }),
  celFunc('optional.unwrap', [LIST], LIST, unwrap),
  celMethod('unwrapOpt', LIST, [], LIST, function () {
    return unwrap(this);
  }),
];
