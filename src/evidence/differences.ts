import { toCanonicalJson } from './canonical.ts';

/** Something that evidence says of a result and that the result does not say itself. */
export type Difference = {
  /** Like `gate.violations`, or `policies[clusterwide-labels].results.count`. */
  readonly path: string;
  /** As short JSON; undefined where it is not there at all. */
  readonly stated: string | undefined;
  readonly found: string | undefined;
};

/** Compares what is in both; `path` is where they are. */
export function findDifferences(stated: unknown, found: unknown, path = ''): readonly Difference[] {
  const [members, others] = [membersOf(stated), membersOf(found)];
  if (members === undefined || others === undefined || members.isList !== others.isList) {
    const [a, b] = [toText(stated), toText(found)];
    return a === b ? [] : [{ path, stated: shorten(a), found: shorten(b) }];
  }
  const keys = new Set([...members.values.keys(), ...others.values.keys()]);
  return [...keys].flatMap((key) => {
    const inner = members.isList ? `${path}[${key}]` : `${path}${path && '.'}${key}`;
    return findDifferences(members.values.get(key), others.values.get(key), inner);
  });
}

type Members = { readonly isList: boolean; readonly values: ReadonlyMap<string, unknown> };

/** Policies have names of their own, wherever they stand in a list. */
function membersOf(value: unknown): Members | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value)) return { isList: false, values: new Map(Object.entries(value)) };
  return {
    isList: true,
    values: new Map(value.map((item, index) => [nameOf(item) ?? String(index), item])),
  };
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('uniqueName' in item)) return undefined;
  return typeof item.uniqueName === 'string' ? item.uniqueName : undefined;
}

function toText(value: unknown): string | undefined {
  return value === undefined ? undefined : toCanonicalJson(value);
}

function shorten(text: string | undefined): string | undefined {
  return text !== undefined && text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
