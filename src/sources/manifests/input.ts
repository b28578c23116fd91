import { readdir, realpath } from 'node:fs/promises';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { UnreadInput } from '../index.ts';
import { isLibraryChart } from './charts.ts';
import type { SourceText } from './documents.ts';
import { findKustomizationFile } from './kustomization.ts';
import { planKustomizations } from './kustomization-plan.ts';
import { readText, unreadable } from './read-text.ts';
import { libraryChart, type Render, type Rendered } from './render.ts';
import { type Found, type FoundSource, type LeftOut, Walk, type WalkOptions } from './walk.ts';

export type FileReaderOptions = {
  /** The text that `-` stands for. */
  readonly readStdin: (signal: AbortSignal) => Promise<string>;
  readonly render: Render;
  /** In the syntax of `.gitignore`. */
  readonly exclude: readonly string[];
  /** Folders with a kustomization, of which nothing is read but what that renders. */
  readonly kustomizations: readonly string[];
  /** Flags that the user gave and that only have a meaning for charts. */
  readonly chartFlags: readonly string[];
};

/** A text to read objects from. */
export type ManifestSource = SourceText & {
  /** A definition of a chart, which helm installs apart from its templates. */
  readonly isDefinition?: boolean | undefined;
  /** The chart that the file belongs to; its templates may read such a file, and then it need be no YAML. */
  readonly chart?: string | undefined;
};

/** What happened to a part of the input. */
export type InputPart = ManifestSource | UnreadInput | LeftOut;

/**
 * Reads what the paths name: files as they are; folders with everything below them, links followed, charts and kustomizations
 * rendered; patterns like `deploy/*.yaml`; `-` for stdin. In a stable order, and each file once. Rejects with `fileUnreadable` for a
 * path that does not exist, and with `conflictingFlags` where there is no chart for the flags of charts; what cannot be read inside a
 * folder comes as unread.
 */
export async function* readSources(
  paths: readonly string[],
  options: FileReaderOptions,
  signal: AbortSignal,
): AsyncGenerator<InputPart> {
  if (paths.includes('-')) yield { path: 'stdin', text: await options.readStdin(signal) };
  const found: FoundSource[] = [];
  for await (const one of findAll(paths, { lookFor: 'manifests', exclude: options.exclude, signal })) {
    if ('source' in one) found.push(one.source);
    else yield 'unread' in one ? one.unread : one.leftOut;
  }
  found.push(...(await Promise.all(options.kustomizations.map(findKustomization))));
  if (options.chartFlags.length > 0 && !found.some(({ kind }) => /chart$/.test(kind)))
    throw noChart(paths, options);
  const plan = await planKustomizations(found);
  for (const source of found) {
    signal.throwIfAborted();
    const owner = plan.ownerOf(source);
    if (owner === undefined) yield* readFound(source, { ...options, signal });
    // What a kustomization is made of is audited with it; another kustomization is worth a word.
    else if (source.kind !== 'file')
      yield { path: source.path, reason: `rendered as a part of ${owner}`, together: false };
  }
}

/** Rejects with `fileUnreadable` where the folder has none. */
async function findKustomization(path: string): Promise<FoundSource> {
  const names = await readdir(path).catch((thrown: unknown) => unreadable(path, thrown));
  if (names instanceof Error) throw names;
  if (findKustomizationFile(names) === undefined)
    throw new AuditError(errorCodes.fileUnreadable, `-k ${path}: there is no kustomization.yaml in it`, {
      facts: [
        `The namespace of Kubewarden, which -k is without a command, is --kubewarden-namespace ${path}`,
      ],
      tries: [`audit-scanner scan ${path} --policies PATH`],
    });
  return { kind: 'kustomization', path, real: await realpath(path), isNamed: true, chart: undefined };
}

/** A typo in a path must not look like a chart with values. */
function noChart(paths: readonly string[], { chartFlags }: FileReaderOptions): AuditError {
  const message = `${chartFlags.join(', ')}: there is no Helm chart in ${paths.join(', ')}`;
  return new AuditError(errorCodes.conflictingFlags, message);
}

async function* findAll(paths: readonly string[], options: WalkOptions): AsyncGenerator<Found> {
  const walk = new Walk(options);
  for (const path of paths.filter((one) => one !== '-')) yield* walk.find(path);
}

type Reading = FileReaderOptions & { readonly signal: AbortSignal };

async function* readFound(
  { kind, path, chart }: FoundSource,
  { render, signal }: Reading,
): AsyncGenerator<InputPart> {
  if (kind === 'file') {
    yield { ...(await readText(path)), chart };
    return;
  }
  const rendered: Rendered =
    kind === 'chart' && (await isLibraryChart(path))
      ? { leftOut: libraryChart }
      : await render({ kind, path }, signal);
  if ('parts' in rendered) yield* rendered.parts;
  else if ('unread' in rendered) yield rendered.unread;
  else yield { path, reason: rendered.leftOut, together: false };
}
