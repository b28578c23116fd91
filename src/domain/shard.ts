/** A part of a run that several processes share: the `index`-th of `count`, from 0. */
export type Shard = { readonly index: number; readonly count: number };

/** Each shard lists everything, and all of them write into one run record: more would cost more than they do. */
export const maxShards = 64;

/** `2/4`, as it is typed. */
export function formatShard({ index, count }: Shard): string {
  return `${index}/${count}`;
}
