import { sep } from 'node:path';
import { type KustomizationParts, readParts } from './kustomization.ts';
import type { FoundSource } from './walk.ts';

/** Which parts of an input kustomizations account for. */
export type KustomizationPlan = {
  /** The kustomization that something is rendered with, so that it is not read by itself; undefined for what is. */
  readonly ownerOf: (source: FoundSource) => string | undefined;
};

/**
 * Finds out which kustomizations stand on their own: those that no other one of the input includes, those that the user named, and of
 * some that include each other the first. What these are made of is not read by itself, as most of it are parts of objects.
 */
export async function planKustomizations(found: readonly FoundSource[]): Promise<KustomizationPlan> {
  const kustomizations = found.filter(({ kind }) => kind === 'kustomization');
  const parts = await readAll(kustomizations.map(({ real }) => real));
  const included = new Set([...parts.values()].flatMap((one) => [...one.kustomizations]));
  const owners = new Map<string, string>();
  const roots = new Set<string>();
  const charts: { readonly folder: string; readonly owner: string }[] = [];
  const take = ({ path, real }: FoundSource): void => {
    roots.add(real);
    for (const folder of closure(real, parts)) {
      const one = parts.get(folder);
      if (folder !== real) setFirst(owners, folder, path);
      for (const file of one?.files ?? []) setFirst(owners, file, path);
      for (const chart of one?.charts ?? []) charts.push({ folder: chart, owner: path });
    }
  };
  for (const one of kustomizations) if (one.isNamed || !included.has(one.real)) take(one);
  for (const one of kustomizations) if (!roots.has(one.real) && !owners.has(one.real)) take(one);
  return {
    ownerOf({ kind, real, isNamed }) {
      if (isNamed || (kind === 'kustomization' && roots.has(real))) return undefined;
      const owner = kind === 'chart' ? undefined : owners.get(real);
      return owner ?? charts.find(({ folder }) => isIn(real, folder))?.owner;
    },
  };
}

/** Those that are included from elsewhere, too. */
async function readAll(folders: readonly string[]): Promise<ReadonlyMap<string, KustomizationParts>> {
  const known = new Map<string, KustomizationParts>();
  const waiting = [...folders];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (known.has(next)) continue;
    const parts = await readParts(next);
    known.set(next, parts);
    waiting.push(...parts.kustomizations);
  }
  return known;
}

function closure(root: string, parts: ReadonlyMap<string, KustomizationParts>): ReadonlySet<string> {
  const reached = new Set([root]);
  for (const folder of reached) for (const next of parts.get(folder)?.kustomizations ?? []) reached.add(next);
  return reached;
}

function setFirst(map: Map<string, string>, key: string, value: string): void {
  if (!map.has(key)) map.set(key, value);
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}
