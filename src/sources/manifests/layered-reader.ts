import type { ObjectReader, ReadableObject } from '../index.ts';

/** The objects of two sources as one: those of `first` where both have an object. */
export function createLayeredReader(first: ObjectReader, second: ObjectReader): ObjectReader {
  return {
    async findType(name, signal) {
      const type = await first.findType(name, signal);
      return type === undefined || type.isGuess === true
        ? ((await second.findType(name, signal)) ?? type)
        : type;
    },
    async *list(type, selection, signal) {
      const own = new Set<string>();
      // Only where the first source has objects of the type has it to understand the selector.
      const selected = (await hasObjects(first.list(type, {}, signal)))
        ? first.list(type, selection, signal)
        : [];
      for await (const object of selected) {
        own.add(keyOf(object));
        yield object;
      }
      for await (const object of second.list(type, selection, signal)) {
        if (!own.has(keyOf(object))) yield object;
      }
    },
    async get(type, object, signal) {
      return (await first.get(type, object, signal)) ?? (await second.get(type, object, signal));
    },
    canI: (review, signal) => second.canI(review, signal),
  };
}

async function hasObjects(objects: AsyncIterable<ReadableObject>): Promise<boolean> {
  for await (const _ of objects) return true;
  return false;
}

function keyOf({ namespace, name }: ReadableObject): string {
  return `${namespace ?? ''}/${name}`;
}
