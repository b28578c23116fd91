import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDocuments } from './documents.ts';
import { isJsonObject, type JsonObject } from './objects.ts';
import { readText } from './read-text.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Which of the files of a folder is its kustomization; undefined where it has none. */
export function findKustomizationFile(names: readonly string[]): string | undefined {
  return fileNames.find((name) => names.includes(name));
}

/** The file of a folder that has a kustomization, to name what is rendered of it. */
export async function kustomizationFileOf(folder: string): Promise<string> {
  for (const name of fileNames) if (await isThere(join(folder, name))) return join(folder, name);
  return join(folder, 'kustomization.yaml');
}

/** What a kustomization is made of, on this machine and without links. */
export type KustomizationParts = {
  readonly files: ReadonlySet<string>;
  /** Folders with kustomizations of their own. */
  readonly kustomizations: ReadonlySet<string>;
  /** Folders with charts that it has helm render. */
  readonly charts: ReadonlySet<string>;
};

/** Reads what a kustomization names. What is not there, or what cannot be read, is for kustomize to complain about. */
export async function readParts(folder: string): Promise<KustomizationParts> {
  const parts = { files: new Set<string>(), kustomizations: new Set<string>(), charts: new Set<string>() };
  const source = await readText(await kustomizationFileOf(folder));
  if ('error' in source) return parts;
  const [document] = parseDocuments(source, { repeatedKeys: 'take-last' });
  if (document === undefined || document instanceof Error || !isJsonObject(document.value)) return parts;
  for (const path of listPaths(document.value)) {
    const real = await realpath(resolve(folder, path)).catch(() => undefined);
    if (real === undefined) continue;
    ((await stat(real)).isDirectory() ? parts.kustomizations : parts.files).add(real);
  }
  for (const path of listCharts(document.value)) {
    const real = await realpath(resolve(folder, path)).catch(() => undefined);
    if (real !== undefined) parts.charts.add(real);
  }
  return parts;
}

/** Paths, among texts that may be URLs or patches instead of them. */
function listPaths(kustomization: JsonObject): readonly string[] {
  const texts = listFields.flatMap((field) => textsOf(kustomization[field]));
  const named = objectFields.flatMap((field) => objectsOf(kustomization[field])).map(({ path }) => path);
  const data = [
    ...objectsOf(kustomization['configMapGenerator']),
    ...objectsOf(kustomization['secretGenerator']),
  ];
  const files = data.flatMap(({ files: list, envs, env }) => [
    ...textsOf(list).map((text) => text.replace(/^[^=]*=/, '')),
    ...textsOf(envs),
    env,
  ]);
  const values = objectsOf(kustomization['helmCharts']).flatMap(({ valuesFile, additionalValuesFiles }) => [
    valuesFile,
    ...textsOf(additionalValuesFiles),
  ]);
  return [...texts, ...textsOf([...named, ...files, ...values])].filter((text) => !text.includes('\n'));
}

const listFields = [
  'resources',
  'bases',
  'components',
  'generators',
  'transformers',
  'validators',
  'patchesStrategicMerge',
];
const objectFields = ['patches', 'patchesJson6902', 'replacements'];

/** Where kustomize looks for charts before it fetches them, and where it puts those that it has fetched. */
function listCharts(kustomization: JsonObject): readonly string[] {
  const globals = kustomization['helmGlobals'];
  const home =
    isJsonObject(globals) && typeof globals['chartHome'] === 'string' ? globals['chartHome'] : 'charts';
  return objectsOf(kustomization['helmCharts']).flatMap(({ name, version }) => [
    join(home, String(name)),
    join(home, `${String(name)}-${String(version)}`, String(name)),
  ]);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string' && item !== '')
    : [];
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
