import { debugText } from '../../serde/debug-text.ts';
import { isArray, isObject, type JsonObject, type JsonValue, writeValue } from '../../serde/value.ts';
import { isTooLarge } from './extent.ts';

/** A place within a document. */
type Pointer = readonly string[];

class PatchError extends Error {}

/**
 * The object after all operations of a JSON patch (RFC 6902). Throws an Error for one that cannot be applied, in the words of Rust's json-patch
 * crate where they are known.
 */
export function applyPatch(object: JsonObject, operations: readonly JsonValue[]): JsonValue {
  checkExtent(object);
  let document: JsonValue = object;
  for (const [index, given] of operations.entries()) {
    const operation = readOperation(given);
    try {
      document = apply(document, operation);
    } catch (cause) {
      if (!(cause instanceof PatchError)) throw cause;
      const path = `PointerBuf(${debugText(operation.source)})`;
      const text = `PatchError { operation: ${index}, path: ${path}, kind: ${cause.message} }`;
      throw new Error(text, { cause });
    }
    // A short list of copies makes a long document.
    if (operation.op === 'copy') checkExtent(document);
  }
  return document;
}

function checkExtent(document: JsonValue): void {
  if (isTooLarge(document)) throw new Error('the document is too large');
}

type Operation = {
  readonly op: (typeof kinds)[number];
  readonly source: string;
  readonly path: Pointer;
  readonly from: Pointer;
  readonly value: JsonValue;
};

const kinds = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

/** What is not an operation crashes policy-server. */
function readOperation(given: JsonValue): Operation {
  if (!isObject(given)) throw new Error('an operation of the patch is no object');
  const op = kinds.find((kind) => kind === given['op']);
  if (op === undefined) throw new Error(`the patch has no operation ${writeValue(given['op'] ?? null)}`);
  const { path, from, value } = given;
  const hasFrom = op === 'move' || op === 'copy';
  if (value === undefined) checkValue(op);
  return {
    op,
    source: typeof path === 'string' ? path : '',
    path: readPointer(path),
    from: hasFrom ? readPointer(from) : [],
    value: value ?? null,
  };
}

function checkValue(op: Operation['op']): void {
  if (op === 'add' || op === 'replace' || op === 'test') throw new Error(`"${op}" of the patch has no value`);
}

function readPointer(text: JsonValue | undefined): Pointer {
  if (typeof text !== 'string') throw new Error('an operation of the patch does not say where');
  if (text !== '' && !text.startsWith('/')) throw new Error(`${text} is no JSON pointer`);
  if (/~(?![01])/.test(text)) throw new Error(`${text} is no JSON pointer`);
  return text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function apply(document: JsonValue, { op, path, from, value }: Operation): JsonValue {
  switch (op) {
    case 'add':
      return add(document, path, value);
    case 'remove':
      return remove(document, path);
    case 'replace':
      find(document, path);
      return replace(document, path, value);
    case 'copy':
      return add(document, path, find(document, from, 'InvalidFromPointer'));
    case 'move':
      return move(document, from, path);
    case 'test':
      return isSame(find(document, path), value) ? document : invalid('TestFailed');
  }
}

function invalid(kind = 'InvalidPointer'): never {
  throw new PatchError(kind);
}

function move(document: JsonValue, from: Pointer, path: Pointer): JsonValue {
  const isInside = path.length > from.length && from.every((token, index) => token === path[index]);
  if (isInside) throw new PatchError('CannotMoveInsideItself');
  const value =
    from.length === 0 ? invalid('InvalidFromPointer') : find(document, from, 'InvalidFromPointer');
  return add(remove(document, from), path, value);
}

/** What is at the place. Throws a PatchError of this kind where nothing is. */
function find(document: JsonValue, path: Pointer, kind?: string): JsonValue {
  let value = document;
  for (const token of path) {
    const member = isArray(value)
      ? value[toIndex(token, value.length) ?? -1]
      : isObject(value) && Object.hasOwn(value, token)
        ? value[token]
        : undefined;
    if (member === undefined) return invalid(kind);
    value = member;
  }
  return value;
}

function toIndex(token: string, length: number): number | undefined {
  const index = /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : length;
  return index < length ? index : undefined;
}

function add(document: JsonValue, path: Pointer, value: JsonValue): JsonValue {
  return changeParent(document, path, {
    root: () => value,
    list: (list, token) => {
      const index = token === '-' ? list.length : toIndex(token, list.length + 1);
      return index === undefined ? invalid() : list.toSpliced(index, 0, value);
    },
    object: (object, token) => setMember(object, token, value),
  });
}

function remove(document: JsonValue, path: Pointer): JsonValue {
  find(document, path);
  return changeParent(document, path, {
    root: () => invalid(),
    list: (list, token) => list.toSpliced(Number(token), 1),
    object: (object, token) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== token)),
  });
}

/** The place is there. */
function replace(document: JsonValue, path: Pointer, value: JsonValue): JsonValue {
  return changeParent(document, path, {
    root: () => value,
    list: (list, token) => list.with(Number(token), value),
    object: (object, token) => setMember(object, token, value),
  });
}

function setMember(object: JsonObject, key: string, value: JsonValue): JsonObject {
  return Object.fromEntries([...Object.entries(object), [key, value]]);
}

type Change = {
  readonly root: () => JsonValue;
  readonly list: (list: readonly JsonValue[], token: string) => JsonValue;
  readonly object: (object: JsonObject, token: string) => JsonValue;
};

/** The document with what holds the place changed. */
function changeParent(document: JsonValue, path: Pointer, change: Change): JsonValue {
  const [token, ...rest] = path;
  if (token === undefined) return change.root();
  if (rest.length > 0) {
    const changed = changeParent(find(document, [token]), rest, change);
    return isArray(document)
      ? document.with(Number(token), changed)
      : setMember(isObject(document) ? document : {}, token, changed);
  }
  if (isArray(document)) return change.list(document, token);
  return isObject(document) ? change.object(document, token) : invalid();
}

/** An integer is never the same as a double. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (isArray(a) && isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index] ?? null));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key] ?? null, b[key] ?? null))
  );
}
