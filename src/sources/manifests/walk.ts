import type { Dirent } from 'node:fs';
import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { AuditError, compareText, errorCodes } from '../../domain/index.ts';
import type { UnreadInput } from '../index.ts';
import { isChart, isChartPart, isPackedChart } from './charts.ts';
import { IgnoreRules, ignoreFile } from './ignore-rules.ts';
import { findKustomizationFile } from './kustomization.ts';
import { readText, unreadable } from './read-text.ts';

/** Something that was not read. `together`: of several such files in a folder only their number is told. */
export type LeftOut = { readonly path: string; readonly reason: string; readonly together: boolean };

/** What makes manifests, or holds them. `real` is the path without links. */
export type FoundSource = {
  readonly kind: 'file' | 'chart' | 'packed-chart' | 'kustomization';
  /** A folder for a chart and for a kustomization. */
  readonly path: string;
  readonly real: string;
  /** The user named this very path. */
  readonly isNamed: boolean;
  /** The folder of the chart that the file belongs to; its templates may read such a file, and then it need be no YAML. */
  readonly chart: string | undefined;
};

export type Found =
  | { readonly source: FoundSource }
  | { readonly unread: UnreadInput }
  | { readonly leftOut: LeftOut };

export type WalkOptions = {
  /**
   * Of folders with manifests, charts and kustomizations are found as such, and ignore files are heeded. A policy that is passed over is
   * one that nothing fails: what is found in folders with policies is found by its name alone, wherever links lead.
   */
  readonly lookFor: 'manifests' | 'policies';
  /** In the syntax of `.gitignore`, relative to the folder that is walked. */
  readonly exclude: readonly string[];
  readonly signal: AbortSignal;
};

type Place = {
  readonly path: string;
  readonly real: string;
  /** The folders above it and its own, without links. */
  readonly above: readonly string[];
  readonly rules: IgnoreRules;
  readonly chart: string | undefined;
};

const wantedNames = { manifests: /\.(?:ya?ml|json)$/i, policies: /\.(?:ya?ml|json|wasm)$/i } as const;

/**
 * Finds what is to be read below the paths of an input, each file once, whatever links lead to it. What a path comes to is given in
 * the order in which it was found, and that is the same in every run.
 */
export class Walk {
  readonly #options: WalkOptions;
  readonly #folders = new Map<string, string>();
  readonly #files = new Map<string, string>();
  /** Links are followed when all that is really there was seen, so that it has its real name. */
  readonly #later: { readonly entry: Dirent; readonly place: Place }[] = [];
  /** Names like `..data`, which Kubernetes gives to what stands behind the links of a mounted ConfigMap. */
  readonly #last: { readonly entry: Dirent; readonly place: Place }[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /**
   * What the user named: a path, or a pattern like `deploy/*.yaml`. Rejects with `fileUnreadable` where there is nothing of that name.
   */
  async *find(named: string): AsyncGenerator<Found> {
    for (const path of await expand(named)) yield* this.#start(path);
  }

  async *#start(path: string): AsyncGenerator<Found> {
    const facts = await stat(path).catch((thrown: unknown) => unreadable(path, thrown));
    if (facts instanceof Error) {
      yield { unread: { path, error: facts } };
      return;
    }
    const real = await realpath(path);
    if (facts.isDirectory()) {
      const rules = IgnoreRules.forFolder(path, this.#options.exclude);
      yield* this.#folder({ path, real, above: [], rules, chart: undefined }, true);
      yield* this.#rest();
    } else {
      const reason = IgnoreRules.forFolder('.', this.#options.exclude).reasonFor(path, false);
      if (reason !== undefined) yield leftOut(path, reason);
      else yield this.#file({ path, real, chart: undefined }, true);
    }
  }

  async *#rest(): AsyncGenerator<Found> {
    for (;;) {
      const next = this.#later.shift() ?? this.#last.shift();
      if (next === undefined) return;
      yield* this.#entry(next.entry, next.place);
    }
  }

  async *#folder(place: Place, isNamed: boolean): AsyncGenerator<Found> {
    const { path, real } = place;
    this.#options.signal.throwIfAborted();
    const known = this.#folders.get(real);
    if (known !== undefined) {
      yield leftOut(path, `the same folder as ${known}`);
      return;
    }
    this.#folders.set(real, path);
    const entries = await readdir(path, { withFileTypes: true }).catch((thrown: unknown) =>
      unreadable(path, thrown),
    );
    if (entries instanceof Error) {
      yield { unread: { path, error: entries } };
      return;
    }
    yield* this.#entries(entries, place, isNamed);
  }

  async *#entries(entries: readonly Dirent[], place: Place, isNamed: boolean): AsyncGenerator<Found> {
    const { path, real } = place;
    const sorted = entries.toSorted((a, b) => compareText(a.name, b.name));
    const names = this.#areManifests() ? sorted.map(({ name }) => name) : [];
    const rules = yield* this.#readRules(names, place);
    for (const kind of makersIn(names)) yield { source: { kind, path, real, isNamed, chart: undefined } };
    const chart = isChart(names) ? path : place.chart;
    const inside = { path, real, above: [...place.above, real], rules, chart };
    for (const entry of sorted.filter(({ name }) => !isPart(name, names))) {
      if (entry.name.startsWith('..')) this.#last.push({ entry, place: inside });
      else if (entry.isSymbolicLink()) this.#later.push({ entry, place: inside });
      else yield* this.#entry(entry, inside);
    }
  }

  /** The rules of a folder; without those of an ignore file that cannot be read, which is said. */
  async *#readRules(names: readonly string[], { path, rules }: Place): AsyncGenerator<Found, IgnoreRules> {
    if (!names.includes(ignoreFile)) return rules;
    const file = await readText(join(path, ignoreFile));
    if (!('error' in file)) return rules.with(path, file.path, file.text);
    yield { unread: file };
    return rules;
  }

  async *#entry(entry: Dirent, { rules, ...place }: Place): AsyncGenerator<Found> {
    const path = join(place.path, entry.name);
    const isLink = entry.isSymbolicLink();
    const facts = isLink ? await stat(path).catch((thrown: unknown) => unreadable(path, thrown)) : entry;
    const isFolder = !(facts instanceof Error) && facts.isDirectory();
    const reason = rules.reasonFor(path, isFolder);
    if (reason !== undefined) {
      yield leftOut(path, reason, !isFolder);
      return;
    }
    if (facts instanceof Error) {
      yield { unread: { path, error: facts } };
      return;
    }
    if (entry.name === '.git') {
      yield leftOut(path, 'it belongs to git');
      return;
    }
    const real = isLink ? await realpath(path) : join(place.real, entry.name);
    if (!isFolder) yield this.#fileOfFolder({ path, real, chart: place.chart }, facts.isFile());
    else if (isLink && this.#isCircle(real, place.above))
      yield leftOut(path, `a link to ${real}, which contains it`);
    else yield* this.#folder({ path, real, above: place.above, rules, chart: place.chart }, false);
  }

  #isCircle(real: string, above: readonly string[]): boolean {
    return this.#areManifests() && above.some((folder) => isInside(folder, real));
  }

  #fileOfFolder(file: Pick<FoundSource, 'path' | 'real' | 'chart'>, isRegular: boolean): Found {
    const name = basename(file.path);
    const isWanted = wantedNames[this.#options.lookFor].test(name);
    if (!isWanted && !(this.#areManifests() && isPackedChart(name)))
      return leftOut(file.path, isRegular ? 'not a .yaml, .yml or .json file' : 'not a regular file', true);
    return this.#file(file, false);
  }

  #areManifests(): boolean {
    return this.#options.lookFor === 'manifests';
  }

  #file(file: Pick<FoundSource, 'path' | 'real' | 'chart'>, isNamed: boolean): Found {
    const known = this.#files.get(file.real);
    if (known !== undefined) return leftOut(file.path, 'other names of files that are audited', true);
    this.#files.set(file.real, file.path);
    return { source: { kind: isPackedChart(file.path) ? 'packed-chart' : 'file', isNamed, ...file } };
  }
}

/** What makes manifests of a folder with these files in it. */
function makersIn(names: readonly string[]): readonly ('chart' | 'kustomization')[] {
  return [
    ...(isChart(names) ? ['chart' as const] : []),
    ...(findKustomizationFile(names) === undefined ? [] : ['kustomization' as const]),
  ];
}

/** Whether a file is for what makes manifests of its folder, or for us. */
function isPart(name: string, names: readonly string[]): boolean {
  return (
    name === ignoreFile || name === findKustomizationFile(names) || (isChart(names) && isChartPart(name))
  );
}

function leftOut(path: string, reason: string, together = false): Found {
  return { leftOut: { path, reason, together } };
}

/** Whether a folder is another one, or somewhere in it. */
function isInside(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other.endsWith(sep) ? other : `${other}${sep}`);
}

/**
 * The paths that a pattern fits, in a stable order. A path that is there is meant as it is, even with a `*` in its name. Rejects
 * with `fileUnreadable` where there is nothing.
 */
async function expand(path: string): Promise<readonly string[]> {
  const failure = await stat(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (failure === undefined) return [path];
  if (!/[*?[{]/.test(path)) throw unreadable(path, failure);
  const found = new Set<string>();
  for await (const name of glob(path)) found.add(name);
  if (found.size === 0) {
    throw new AuditError(errorCodes.fileUnreadable, `no file matches the pattern ${path}`);
  }
  // `**` fits a folder and what is in it, which would then be read twice.
  return [...found].filter((name) => !isBelowAny(name, found)).sort();
}

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent))
    if (folders.has(parent)) return true;
  return false;
}
