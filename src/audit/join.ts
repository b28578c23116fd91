import { AuditError, type AuditedObject, errorCodes } from '../domain/index.ts';

/** One object in each of the versions in which it was listed: `views[i]` belongs to the i-th list, undefined where it is missing. */
export type JoinedObject = { readonly views: readonly (AuditedObject | undefined)[] };

/**
 * Joins several LISTs of one type, each in another version, into one stream of objects. The API lists in the order of its
 * storage keys (namespace/name), so a merge needs memory for one object per list only.
 */
export async function* joinByName(
  lists: readonly AsyncIterable<AuditedObject>[],
): AsyncGenerator<JoinedObject> {
  const cursors = lists.map((list) => new Cursor(list[Symbol.asyncIterator]()));
  try {
    await Promise.all(cursors.map((cursor) => cursor.advance()));
    for (let key = smallest(cursors); key !== undefined; key = smallest(cursors)) {
      const at = key;
      yield { views: cursors.map((cursor) => (cursor.key === at ? cursor.current : undefined)) };
      await Promise.all(cursors.filter((cursor) => cursor.key === at).map((cursor) => cursor.advance()));
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function smallest(cursors: readonly Cursor[]): string | undefined {
  const keys = cursors.map(({ key }) => key).filter((key) => key !== undefined);
  return keys.reduce<string | undefined>(
    (least, key) => (least === undefined || key < least ? key : least),
    undefined,
  );
}

class Cursor {
  readonly #iterator: AsyncIterator<AuditedObject>;
  current: AuditedObject | undefined;
  key: string | undefined;

  constructor(iterator: AsyncIterator<AuditedObject>) {
    this.#iterator = iterator;
  }

  async advance(): Promise<void> {
    const next = await this.#iterator.next();
    const previous = this.key;
    this.current = next.done === true ? undefined : next.value;
    this.key = this.current === undefined ? undefined : storageKey(this.current);
    if (previous !== undefined && this.key !== undefined && this.key < previous) {
      // Out of order, the merge would split one object into two reports that overwrite each other.
      throw new AuditError(
        errorCodes.listFailed,
        `the API server did not list ${this.current?.resource.resource ?? ''} in the order of names, so its versions cannot be joined`,
      );
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

function storageKey({ reference }: AuditedObject): string {
  return `${reference.namespace ?? ''}/${reference.name}`;
}
