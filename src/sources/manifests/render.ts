import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AuditError, errorCodes } from '../../domain/errors.ts';
import type { UnreadInput } from '../source.ts';
import type { SourceText } from './documents.ts';

/** A kind of folder whose manifests another program makes. */
export type Renderer = {
  readonly what: string;
  /** The commands that can do it, the preferred first; the folder comes after the arguments. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
};

export type Render = (
  renderer: Renderer,
  folder: string,
  signal: AbortSignal,
) => Promise<SourceText | UnreadInput>;

const chart: Renderer = { what: 'the Helm chart', commands: [['helm', 'template']] };
const kustomization: Renderer = {
  what: 'the kustomization',
  commands: [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ],
};

/** What makes the manifests of a folder with these files in it; undefined when they are manifests themselves. */
export function findRenderer(names: readonly string[]): Renderer | undefined {
  if (names.includes('Chart.yaml')) return chart;
  const isKustomization = names.some((name) => /^(?:kustomization\.ya?ml|Kustomization)$/.test(name));
  return isKustomization ? kustomization : undefined;
}

const run = promisify(execFile);
const maxOutputBytes = 256 * 2 ** 20;

/** Runs the user's own programs with the environment of this process. */
export const renderWithTools: Render = async ({ what, commands }, folder, signal) => {
  for (const [program, ...args] of commands) {
    try {
      const { stdout } = await run(program, [...args, folder], { signal, maxBuffer: maxOutputBytes });
      return { path: folder, text: stdout };
    } catch (thrown) {
      signal.throwIfAborted();
      if (isMissing(thrown)) continue;
      const last = lastLine(thrown);
      return failed(folder, `cannot render ${what} ${folder}: ${program} says: ${last}`, thrown);
    }
  }
  const programs = commands.map(([program]) => program).join(' or ');
  return failed(folder, `cannot render ${what} ${folder}: ${programs} is not on PATH`);
};

function failed(path: string, message: string, cause?: unknown): UnreadInput {
  return { path, error: new AuditError(errorCodes.renderFailed, message, { cause }) };
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

function lastLine(thrown: unknown): string {
  const stderr = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : '';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'nothing').replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 300);
}
