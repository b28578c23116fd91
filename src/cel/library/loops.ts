import {
  type CelList,
  type CelMap,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMap,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from '@bufbuild/cel';
import { internal } from '../ast.ts';
import { noSuchOverload } from './opaque.ts';
import { isOptional } from './optionals.ts';

const { DYN } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

/** What loops collect in: made for one loop, which nobody sees before it is done, so that elements can be added in place. */
const arrays = new WeakMap<CelList, CelValue[]>();
type Key = Exclude<Parameters<CelMap['get']>[0], number>;
const maps = new WeakMap<CelMap, Map<Key, CelValue>>();

function newList(): CelList {
  const array: CelValue[] = [];
  const list = celList(array);
  arrays.set(list, array);
  return list;
}

function newMap(): CelMap {
  const native = new Map<Key, CelValue>();
  const map = celMap(native);
  maps.set(map, native);
  return map;
}

function insert(map: CelMap, key: Key, value: CelValue): CelMap {
  if (map.get(key) !== undefined) throw new Error('insert failed: the key already exists');
  maps.get(map)?.set(key, value);
  return map;
}

/** Keys or indices with their values. */
function pairsOf(value: CelValue): CelList {
  if (isCelMap(value)) return celList(Array.from(value.entries(), (entry) => celList(entry)));
  if (!isCelList(value) || isOptional(value)) return noSuchOverload();
  return celList(Array.from(value, (element, index) => celList([BigInt(index), element])));
}

/** What loops over two variables need. */
export const loops = [
  celFunc(internal.pairs, [DYN], LIST, pairsOf),
  celFunc(internal.newList, [], LIST, newList),
  celFunc(internal.append, [LIST, DYN], LIST, (list, value) => {
    arrays.get(list)?.push(value);
    return list;
  }),
  celFunc(internal.newMap, [], MAP, newMap),
  celFunc(internal.insert, [MAP, MAP], MAP, (map, entries) => {
    for (const [key, value] of entries) {
      if (typeof key !== 'number') insert(map, key, value);
    }
    return map;
  }),
  // Keys come from a map or are indices.
  ...[CelScalar.STRING, CelScalar.INT, CelScalar.UINT, CelScalar.BOOL].map((type) =>
    celFunc(internal.insert, [MAP, type, DYN], MAP, (map, key, value) => insert(map, key, value)),
  ),
];
