import { AuditError, errorCodes } from '../domain/index.ts';
import type { KubernetesClient } from './client.ts';
import { isApiStatus } from './errors.ts';
import { type ListItem, type SplitList, splitList } from './list-splitter.ts';

export type ListRequest = {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** For the list in another form than that of its objects. */
  readonly accept?: string | undefined;
  /** Items per page; 0 asks for everything in one answer. */
  readonly pageSize: number;
};

/** The items lie in the body as the API server wrote them. */
export type ListPage = {
  readonly body: Buffer;
  readonly items: readonly ListItem[];
  /** How many items the whole list has, as far as the API server says; for a selector it does so on the last page only. */
  readonly total: number | undefined;
};

/**
 * Reads a LIST page by page, the next page already on its way while one is consumed. When the API server has forgotten where the
 * list was (410), it goes on from where the server offers to, or else reads once more from the beginning and leaves out what was
 * yielded. Each object comes once. Rejects with an AuditError.
 */
export async function* listPages(
  client: KubernetesClient,
  list: ListRequest,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const stop = new AbortController();
  const onAbort = (): void => {
    stop.abort(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const pages = readPages(client, list, stop.signal);
  try {
    yield* oneAhead(pages);
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop.abort();
    await pages.return(undefined);
  }
}

async function* readPages(
  client: KubernetesClient,
  list: ListRequest,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const order = new OrderKeeper();
  let token: string | undefined;
  let resumed = false;
  let read = 0;
  for (;;) {
    try {
      const page = await fetchPage(client, { ...list, token }, signal);
      resumed = false;
      read += page.items.length;
      yield { body: page.body, items: order.accept(page.items), total: totalOf(page, read) };
      if (page.continueToken === undefined) return;
      token = page.continueToken;
    } catch (thrown) {
      if (token === undefined || !isApiStatus(thrown, 410)) throw thrown;
      // A token that comes with a 410 is fresh: when it has expired as well, there is no point in asking for another.
      token = resumed ? undefined : thrown.continueToken;
      resumed = token !== undefined;
      if (token === undefined && !order.restart()) throw thrown;
      if (token === undefined) read = 0;
    }
  }
}

function totalOf({ continueToken, remainingItemCount }: SplitList, read: number): number | undefined {
  if (continueToken === undefined) return read;
  return remainingItemCount === undefined ? undefined : read + remainingItemCount;
}

type PageRequest = ListRequest & { readonly token: string | undefined };

async function fetchPage(
  client: KubernetesClient,
  { path, query, accept, pageSize, token }: PageRequest,
  signal: AbortSignal,
): Promise<SplitList & { readonly body: Buffer }> {
  const paging = { limit: pageSize === 0 ? undefined : String(pageSize), continue: token };
  const { body } = await client.request({
    method: 'GET',
    path,
    query: { ...query, ...paging },
    ...(accept !== undefined && { accept }),
    signal,
  });
  return { body, ...splitList(body) };
}

/**
 * Makes sure that each object is yielded once although a list is read again from its beginning. The API server lists in the
 * order of its storage keys, so the last key is all that has to be remembered.
 */
class OrderKeeper {
  #last = '';
  #isOrdered = true;
  #skipUntil: string | undefined;

  /** Whether the list may be read again, which is once. */
  restart(): boolean {
    if (this.#skipUntil !== undefined) return false;
    this.#skipUntil = this.#last;
    this.#last = '';
    return true;
  }

  /** The items that were not yielded before. */
  accept(items: readonly ListItem[]): readonly ListItem[] {
    return items.filter((item) => {
      const key = storageKey(item);
      this.#isOrdered &&= key > this.#last;
      this.#last = key;
      if (this.#skipUntil === undefined) return true;
      if (this.#isOrdered) return key > this.#skipUntil;
      throw new AuditError(
        errorCodes.apiRequestFailed,
        'the Kubernetes API expired the list, and does not list in a stable order, so the list cannot be resumed',
      );
    });
  }
}

function storageKey({ metadata: { namespace = '', name } }: ListItem): string {
  return `${namespace}/${name}`;
}

/** Asks for the next element before the current one is consumed. */
async function* oneAhead<T>(source: AsyncIterator<T>): AsyncGenerator<T> {
  let next = settle(source.next());
  for (;;) {
    const { result, thrown } = await next;
    if (result === undefined) throw thrown;
    if (result.done === true) return;
    next = settle(source.next());
    yield result.value;
  }
}

/** So that a failure that nobody waits for any more is not an unhandled rejection. */
async function settle<T>(
  work: Promise<T>,
): Promise<{ result: T; thrown?: unknown } | { result?: undefined; thrown: unknown }> {
  try {
    return { result: await work };
  } catch (thrown) {
    return { thrown };
  }
}
