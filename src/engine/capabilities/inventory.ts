import { toSharedBytes } from '../program/shared-bytes.ts';
import type { Snapshot, TypeName } from './snapshot.ts';

/** One object of those that are laid out for Rego policies. */
export type ListedObject = {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly json: Uint8Array;
};

export type InventorySource = {
  /** Rejects with an Error unless every object could be read. */
  readonly readObjects: (type: TypeName, signal: AbortSignal) => Promise<readonly ListedObject[]>;
  /** What objects of the type are called in the plural. */
  readonly readPlural: (type: TypeName, signal: AbortSignal) => Promise<string>;
};

type Mode = 'opa' | 'gatekeeper';

/**
 * Reads the objects that a Rego policy was granted, as JSON in memory that all threads share: the data document of `gatekeeper`,
 * or what `opa` has under `kubernetes`. Rejects where it cannot.
 */
export type ReadInventory = (
  mode: Mode,
  types: readonly TypeName[],
  signal: AbortSignal,
) => Promise<Uint8Array>;

type Tree = Map<string, Tree | Uint8Array>;

/**
 * Lays out the objects that a Rego policy was granted. For `opa` that is `{plural: {namespace: {name: object}}}` without the
 * namespace where there is none, and for `gatekeeper` the data document with the inventory of Gatekeeper. Policies with the same
 * grants share what was laid out. Rejects with an Error unless every object could be read.
 */
export function createInventoryReader(source: InventorySource): ReadInventory {
  const known = new Map<string, Promise<Uint8Array>>();
  return async (mode, types, signal) => {
    const sorted = sortTypes(types);
    const key = JSON.stringify([mode, sorted]);
    const laidOut = known.get(key) ?? layOut(mode, sorted, { source, signal });
    known.set(key, laidOut);
    try {
      return await laidOut;
    } catch (thrown) {
      known.delete(key);
      throw thrown;
    }
  };
}

/** From the snapshot of the scan. */
export function readInventoryOf(snapshot: Snapshot): InventorySource {
  return {
    readObjects: async (name, signal) => {
      const type = await snapshot.findType(name, signal);
      return (await snapshot.load(type, {}, signal)).objects;
    },
    readPlural: async (name, signal) => (await snapshot.findType(name, signal)).resource,
  };
}

/** In the order of policy-server; each once. */
function sortTypes(types: readonly TypeName[]): readonly TypeName[] {
  const byKey = new Map(types.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type);
}

type Reading = { readonly source: InventorySource; readonly signal: AbortSignal };

async function layOut(mode: Mode, types: readonly TypeName[], reading: Reading): Promise<Uint8Array> {
  return mode === 'opa' ? layOutForOpa(types, reading) : layOutForGatekeeper(types, reading);
}

async function layOutForOpa(types: readonly TypeName[], { source, signal }: Reading): Promise<Uint8Array> {
  const lists: (readonly ListedObject[])[] = [];
  for (const type of types) lists.push(await source.readObjects(type, signal));
  const root: Tree = new Map();
  for (const [index, type] of types.entries()) {
    const plural = await source.readPlural(type, signal);
    for (const { namespace, name, json } of lists[index] ?? [])
      grow(root, [plural, ...(namespace === undefined ? [] : [namespace]), name], json);
  }
  return toSharedBytes(write(root));
}

async function layOutForGatekeeper(
  types: readonly TypeName[],
  { source, signal }: Reading,
): Promise<Uint8Array> {
  const root: Tree = new Map([
    ['cluster', new Map()],
    ['namespace', new Map()],
  ]);
  for (const { apiVersion, kind } of types)
    for (const { namespace, name, json } of await source.readObjects({ apiVersion, kind }, signal)) {
      const scope = namespace === undefined ? ['cluster'] : ['namespace', namespace];
      grow(root, [...scope, apiVersion, kind, name], json);
    }
  return toSharedBytes([Buffer.from('{"inventory":'), ...write(root), Buffer.from('}')]);
}

/** Two types of different groups may have the same plural, but not if only one of them has namespaces. */
function grow(root: Tree, path: readonly string[], json: Uint8Array): void {
  let tree = root;
  for (const part of path.slice(0, -1)) {
    const branch = tree.get(part) ?? new Map<string, Tree | Uint8Array>();
    if (!(branch instanceof Map))
      throw new Error('trying to add a namespaced resource to a list of clusterwide resources');
    tree.set(part, branch);
    tree = branch;
  }
  const name = path.at(-1) ?? '';
  if (tree.get(name) instanceof Map)
    throw new Error('trying to add a clusterwide resource to a list of namespaced resources');
  tree.set(name, json);
}

function write(tree: Tree): readonly Uint8Array[] {
  const members = [...tree].flatMap(([key, value], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`),
    ...(value instanceof Map ? write(value) : [value]),
  ]);
  return [Buffer.from('{'), ...members, Buffer.from('}')];
}
