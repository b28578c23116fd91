import { glob, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditError, errorCodes } from '../../domain/errors.ts';
import { readRegularFile } from '../../system/regular-file.ts';
import { describeSystemError } from '../../system/system-errors.ts';
import type { UnreadInput } from '../source.ts';
import type { SourceText } from './documents.ts';
import { findRenderer, type Render } from './render.ts';

export type FileReaderOptions = {
  /** The text that `-` stands for. */
  readonly readStdin: (signal: AbortSignal) => Promise<string>;
  readonly render: Render;
};

const manifestName = /\.(?:ya?ml|json)$/i;

/**
 * Reads what the paths name: files as they are; folders with all of their .yaml, .yml and .json files, or rendered where they hold
 * a chart or a kustomization; patterns like `deploy/*.yaml`; `-` for stdin. In a stable order. Rejects with `fileUnreadable` for a
 * path that does not exist; what cannot be read inside of a folder comes as unread.
 */
export async function* readSources(
  paths: readonly string[],
  options: FileReaderOptions,
  signal: AbortSignal,
): AsyncGenerator<SourceText | UnreadInput> {
  for (const path of paths) {
    signal.throwIfAborted();
    if (path === '-') yield { path: 'stdin', text: await options.readStdin(signal) };
    else for (const found of await expand(path)) yield* readPath(found, { ...options, signal });
  }
}

type Reading = FileReaderOptions & { readonly signal: AbortSignal };

/**
 * The paths that a pattern fits, in a stable order. A path that is there is meant as it is, even with a `*` in its name. Rejects
 * with `fileUnreadable` where there is nothing.
 */
export async function expand(path: string): Promise<readonly string[]> {
  const failure = await stat(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (failure === undefined) return [path];
  if (!/[*?[{]/.test(path)) throw unreadable(path, failure);
  const found = new Set<string>();
  for await (const name of glob(path)) found.add(name);
  if (found.size === 0) {
    throw new AuditError(errorCodes.fileUnreadable, `no file fits the pattern ${path}`);
  }
  // `**` fits a folder and what is in it, which would then be read twice.
  return [...found].filter((name) => !isInside(name, found)).sort();
}

function isInside(path: string, folders: ReadonlySet<string>): boolean {
  for (let parent = dirname(path); parent !== dirname(parent); parent = dirname(parent))
    if (folders.has(parent)) return true;
  return false;
}

async function* readPath(path: string, reading: Reading): AsyncGenerator<SourceText | UnreadInput> {
  reading.signal.throwIfAborted();
  const facts = await stat(path);
  if (facts.isDirectory()) yield* readFolder(path, reading);
  else yield await readText(path);
}

async function* readFolder(path: string, reading: Reading): AsyncGenerator<SourceText | UnreadInput> {
  const entries = await readdir(path, { withFileTypes: true }).catch((thrown: unknown) =>
    unreadable(path, thrown),
  );
  if (entries instanceof AuditError) {
    yield { path, error: entries };
    return;
  }
  const names = entries.map(({ name }) => name).sort();
  const renderer = findRenderer(names);
  if (renderer !== undefined) {
    yield await reading.render(renderer, path, reading.signal);
    return;
  }
  for (const name of names) {
    const entry = entries.find((candidate) => candidate.name === name);
    // Hidden folders are not meant: .git, and the real folders behind the links of a mounted ConfigMap.
    if (entry === undefined || name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* readFolder(join(path, name), reading);
    else if (manifestName.test(name)) yield await readText(join(path, name));
  }
}

/** A file as text; why it cannot be read otherwise. */
export async function readText(path: string): Promise<SourceText | UnreadInput> {
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(await readRegularFile(path)) };
  } catch (thrown) {
    if (thrown instanceof TypeError) {
      return { path, error: new AuditError(errorCodes.manifestInvalid, `${path} is not a text in UTF-8`) };
    }
    return { path, error: unreadable(path, thrown) };
  }
}

/** A path that the operating system does not give, or that is nothing to be read, in words. */
function unreadable(path: string, cause: unknown): AuditError {
  return new AuditError(errorCodes.fileUnreadable, `cannot read ${path}: ${describeSystemError(cause)}`, {
    cause,
  });
}
