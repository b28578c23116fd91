import { toSharedBytes } from '../shared-bytes.ts';
import type { Snapshot, TypeName } from './snapshot.ts';

/** What is laid out for Rego policies: the objects of one type, and what that is called in the plural. */
export type InventoryPart = {
  readonly plural: string;
  readonly objects: readonly {
    readonly namespace: string | undefined;
    readonly name: string;
    readonly json: Uint8Array;
  }[];
};

export type ReadPart = (type: TypeName, signal: AbortSignal) => Promise<InventoryPart>;

type Mode = 'opa' | 'gatekeeper';
type Tree = Map<string, Tree | Uint8Array>;

/**
 * Lays out the objects that a Rego policy was granted. For `opa` that is `{plural: {namespace: {name: object}}}` without the
 * namespace where there is none, and for `gatekeeper` the data document with the inventory of Gatekeeper. Policies with the same
 * grants share what was laid out. Rejects with an Error unless every object could be read.
 */
export function createInventoryReader(readPart: ReadPart) {
  const known = new Map<string, Promise<Uint8Array>>();
  return async (mode: Mode, types: readonly TypeName[], signal: AbortSignal): Promise<Uint8Array> => {
    const sorted = sortTypes(types);
    const key = JSON.stringify([mode, sorted]);
    const laidOut = known.get(key) ?? layOut(mode, sorted, (type) => readPart(type, signal));
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
export function readPartOf(snapshot: Snapshot): ReadPart {
  return async (name, signal) => {
    const type = await snapshot.findType(name, signal);
    const { objects } = await snapshot.load(type, undefined, signal);
    return { plural: type.resource, objects };
  };
}

/** In the order of policy-server; each once. */
function sortTypes(types: readonly TypeName[]): readonly TypeName[] {
  const byKey = new Map(types.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type);
}

async function layOut(
  mode: Mode,
  types: readonly TypeName[],
  read: (type: TypeName) => Promise<InventoryPart>,
): Promise<Uint8Array> {
  const root: Tree = new Map();
  const branches = mode === 'opa' ? [] : ['cluster', 'namespace'];
  for (const branch of branches) root.set(branch, new Map());
  for (const type of types) {
    const { plural, objects } = await read(type);
    for (const { namespace, name, json } of objects) {
      const path = mode === 'opa' ? [plural, ...scopeOf(namespace)] : gatekeeperPath(type, namespace);
      grow(root, [...path, name], json);
    }
  }
  const document = write(root);
  return mode === 'opa'
    ? toSharedBytes(document)
    : toSharedBytes([Buffer.from('{"inventory":'), ...document, Buffer.from('}')]);
}

function scopeOf(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : [namespace];
}

function gatekeeperPath({ apiVersion, kind }: TypeName, namespace: string | undefined): readonly string[] {
  return [...(namespace === undefined ? ['cluster'] : ['namespace', namespace]), apiVersion, kind];
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
