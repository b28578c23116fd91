import {
  type CelList,
  type CelMap,
  CelScalar,
  type CelValue,
  celFunc,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from '@bufbuild/cel';
import { noSuchOverload, opaqueOf } from './opaque.ts';
import { elementOf, isOptional } from './optionals.ts';
import { standard } from './standard.ts';

const { BOOL, DYN } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);
const simple = standard.find('_==_');

/**
 * Whether two values are equal to the API server; undefined where it finds an error. Not symmetric: the value on the left decides what it
 * can be compared with.
 */
function equality(left: CelValue, right: CelValue): boolean | undefined {
  if (left === null || right === null) return left === right;
  const opaque = opaqueOf(left);
  if (opaque !== undefined) return opaque.equals(right);
  if (opaqueOf(right) !== undefined) return false;
  if (isOptional(left) || isOptional(right)) return optionalEquality(left, right);
  return plainEquality(left, right);
}

/** For those that find no more in an error than that two values are not equal. */
export function isEqual(left: CelValue, right: CelValue): boolean {
  return equality(left, right) === true;
}

function plainEquality(left: CelValue, right: CelValue): boolean {
  if (isCelList(left)) return isCelList(right) && areListsEqual(left, right);
  if (isCelMap(left)) return isCelMap(right) && areMapsEqual(left, right);
  return simple?.call(0, undefined, [left, right]) === true;
}

function optionalEquality(left: CelValue, right: CelValue): boolean | undefined {
  if (!isOptional(left) || !isOptional(right)) return false;
  const [a, b] = [elementOf(left), elementOf(right)];
  return a === undefined || b === undefined ? a === b : equality(a, b);
}

/** Elements whose comparison fails count as equal. */
function areListsEqual(left: CelList, right: CelList): boolean {
  if (left.size !== right.size) return false;
  const others = right[Symbol.iterator]();
  for (const element of left) {
    const other = others.next();
    if (other.done !== true && equality(element, other.value) === false) return false;
  }
  return true;
}

function areMapsEqual(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || equality(value, other) === false) return false;
  }
  return true;
}

/** Equality as the API server has it, which knows more types than CEL. */
export const equalities = [
  celFunc('_==_', [DYN, DYN], BOOL, (left, right) => equality(left, right) ?? noSuchOverload()),
  celFunc('_!=_', [DYN, DYN], BOOL, (left, right) => !isEqual(left, right)),
  celFunc('@in', [DYN, LIST], BOOL, (value, list) => [...list].some((element) => isEqual(value, element))),
  // What can be a key has its own overload. Bytes cannot even be asked for.
  celFunc('@in', [DYN, MAP], BOOL, (value) => (value instanceof Uint8Array ? noSuchOverload() : false)),
];
