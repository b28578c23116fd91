import type { ApiResource, Labels } from '../domain/index.ts';

/**
 * One object as a policy may read it. `json` is its text in UTF-8 with `apiVersion` and `kind`, without the managed fields and
 * the annotation that holds what kubectl applied last; numbers are as the source wrote them.
 */
export type ReadableObject = {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly labels: Labels;
  readonly json: Uint8Array;
};

export type ObjectSelection = {
  /** Undefined for all of them. */
  readonly namespace?: string | undefined;
  /** In the API's text form. */
  readonly fieldSelector?: string | undefined;
};

export type ObjectName = { readonly namespace: string | undefined; readonly name: string };

/** May this user do that? The names are those of the API. */
export type AccessReview = {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
  readonly resourceAttributes: Readonly<Record<string, string | undefined>>;
};

/** Where policies read objects from: a cluster, or the files that are scanned. */
export interface ObjectReader {
  /** The type with this name; undefined if there is none. Rejects where that cannot be told. */
  findType(
    type: { readonly apiVersion: string; readonly kind: string },
    signal: AbortSignal,
  ): Promise<ApiResource | undefined>;
  /**
   * Every object of the type, each once. Rejects with an Error when not all of them can be read (`listForbidden` where that is not
   * allowed), and where the selector is not understood.
   */
  list(type: ApiResource, selection: ObjectSelection, signal: AbortSignal): AsyncIterable<ReadableObject>;
  /** One object, for accounts that cannot list; undefined if it does not exist. Rejects with an Error. */
  get(type: ApiResource, object: ObjectName, signal: AbortSignal): Promise<ReadableObject | undefined>;
  /** The status of a SubjectAccessReview. Rejects with an Error if there is no API server to ask. */
  canI(review: AccessReview, signal: AbortSignal): Promise<object>;
}
