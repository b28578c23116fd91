import type {
  ObjectName,
  ObjectReader,
  ObjectSelection,
  ObjectType,
  ReadableObject,
} from './object-reader.ts';

export type TypeName = { readonly apiVersion: string; readonly kind: string };

/** The objects of one type as they were when they were first asked for. */
export type ObjectSet = {
  readonly objects: readonly ReadableObject[];
  readonly find: (object: ObjectName) => ReadableObject | undefined;
};

/**
 * What policies have read, kept for the whole scan, so that all of them see the same and nothing is listed twice. What could not
 * be read stays unread: asking again gives the same error.
 */
export type Snapshot = {
  /** Calls the listener whenever more objects have been read. */
  readonly onProgress: (listener: () => void) => void;
  /** Rejects with an Error where there is no such type. */
  readonly findType: (name: TypeName, signal: AbortSignal) => Promise<ObjectType>;
  /**
   * Rejects with an Error unless every object could be read. A field selector is left to the source. Objects of one namespace alone
   * are read only where those of all of them cannot be.
   */
  readonly load: (type: ObjectType, selection: ObjectSelection, signal: AbortSignal) => Promise<ObjectSet>;
  /** One object; undefined if it is not there. It is asked for alone only where the objects of its type cannot be listed. */
  readonly get: (
    type: ObjectType,
    object: ObjectName,
    signal: AbortSignal,
  ) => Promise<ReadableObject | undefined>;
};

export type SnapshotOptions = {
  /** Whether a list of everything failed for a reason that may not hold for a part of it. */
  readonly leavesSome: (thrown: unknown) => boolean;
  /** More than this of one type is refused: a process that runs out of memory would tell nothing at all. */
  readonly maxBytes?: number;
};

/** How many objects are a sign that more of them are coming. */
const progressStep = 100;

export function createSnapshot(reader: ObjectReader, options: SnapshotOptions): Snapshot {
  const types = new Map<string, Promise<ObjectType>>();
  const { leavesSome } = options;
  const { load, onProgress } = createLoader(reader, options);
  return {
    onProgress,
    findType: (name, signal) =>
      once(types, { key: JSON.stringify([name.apiVersion, name.kind]), signal }, async () => {
        const type = await reader.findType(name, signal);
        if (type === undefined) throw new Error(`Cannot find resource ${name.apiVersion}/${name.kind}`);
        return type;
      }),
    load: async (type, selection, signal) => {
      const { namespace, ...everywhere } = selection;
      try {
        return await load(type, everywhere, signal);
      } catch (thrown) {
        if (namespace === undefined || !leavesSome(thrown)) throw thrown;
        return load(type, selection, signal);
      }
    },
    get: async (type, object, signal) => {
      try {
        return (await load(type, {}, signal)).find(object);
      } catch (thrown) {
        if (!leavesSome(thrown)) throw thrown;
        return reader.get(type, object, signal);
      }
    },
  };
}

/** Reads each selection once. */
function createLoader(
  reader: ObjectReader,
  { maxBytes = 512 * 2 ** 20 }: Pick<SnapshotOptions, 'maxBytes'>,
): Pick<Snapshot, 'load' | 'onProgress'> {
  const sets = new Map<string, Promise<ObjectSet>>();
  const listeners: (() => void)[] = [];
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    onProgress: (listener) => listeners.push(listener),
    load: (type, selection, signal) => {
      const { namespace, fieldSelector } = selection;
      const key = JSON.stringify([type.group, type.version, type.kind, namespace, fieldSelector]);
      const list = (): AsyncIterable<ReadableObject> => reader.list(type, selection, signal);
      return once(sets, { key, signal }, () => readAll(list(), type, { maxBytes, tell }));
    },
  };
}

type Asked = { readonly key: string; readonly signal: AbortSignal };

/** Shares the work with all who ask for the same, now and later. */
async function once<T>(
  known: Map<string, Promise<T>>,
  { key, signal }: Asked,
  work: () => Promise<T>,
): Promise<T> {
  const shared = known.get(key) ?? work();
  known.set(key, shared);
  try {
    return await shared;
  } catch (thrown) {
    // An aborted request has no result to share.
    if (signal.aborted && known.get(key) === shared) known.delete(key);
    throw thrown;
  }
}

type Reading = { readonly maxBytes: number; readonly tell: () => void };

async function readAll(
  list: AsyncIterable<ReadableObject>,
  { kind }: ObjectType,
  { maxBytes, tell }: Reading,
): Promise<ObjectSet> {
  const objects: ReadableObject[] = [];
  let size = 0;
  for await (const object of list) {
    size += object.json.length;
    if (size > maxBytes)
      throw new Error(`the ${kind} objects have more than ${maxBytes} bytes, which are too many to keep`);
    objects.push(object);
    if (objects.length % progressStep === 0) tell();
  }
  const byName = new Map(objects.map((object) => [keyOf(object), object]));
  return { objects, find: (object) => byName.get(keyOf(object)) };
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace ?? ''}/${name}`;
}
