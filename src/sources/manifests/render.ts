import { AuditError, errorCodes } from '../../domain/errors.ts';
import { ChildEndedError, runProgram } from '../../system/child-process.ts';
import { describeSystemError, systemErrorCode } from '../../system/system-errors.ts';
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

/** Charts may have to be fetched. */
const timeoutMs = 5 * 60_000;

/** Runs the user's own programs with the environment of this process. */
export const renderWithTools: Render = async ({ what, commands }, folder, signal) => {
  for (const [program, ...args] of commands) {
    try {
      const { exitCode, stdout, stderr } = await runProgram(program, [...args, folder], {
        stdin: 'nothing',
        stderr: 'keep',
        signal,
        timeoutMs,
      });
      if (exitCode === 0) return { path: folder, text: stdout.toString('utf8') };
      return failed(folder, `cannot render ${what} ${folder}: ${program} says: ${lastLine(stderr)}`);
    } catch (thrown) {
      signal.throwIfAborted();
      if (systemErrorCode(thrown) === 'ENOENT') continue;
      const why = thrown instanceof ChildEndedError ? thrown.message : describeSystemError(thrown);
      return failed(folder, `cannot render ${what} ${folder}: ${program}: ${why}`, thrown);
    }
  }
  const programs = commands.map(([program]) => program).join(' or ');
  return failed(folder, `cannot render ${what} ${folder}: ${programs} is not on PATH`);
};

function failed(path: string, message: string, cause?: unknown): UnreadInput {
  return { path, error: new AuditError(errorCodes.renderFailed, message, { cause }) };
}

function lastLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'nothing').replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 300);
}
