import { relative, resolve, sep } from 'node:path';
import type { DisplayConfig, OutputSpec } from '../config/index.ts';
import type { RenderContext } from '../reports/index.ts';
import type { Io, TextStream } from './io.ts';
import { toolVersion } from './version.ts';

const defaultWidth = 80;

/** Columns to write for: COLUMNS, else the terminal's, else 80. A pseudo terminal may say 0. */
export function terminalWidth(stream: TextStream, env: Io['env']): number {
  const fromEnv = Number.parseInt(env['COLUMNS'] ?? '', 10);
  if (fromEnv > 0) return fromEnv;
  const { columns = 0 } = stream;
  return columns > 0 ? columns : defaultWidth;
}

/** The columns to wrap at where a person looks at it; what goes through a pipe keeps its lines. */
export function widthForPeople(stream: TextStream, env: Io['env']): number | undefined {
  return stream.isTTY ? terminalWidth(stream, env) : undefined;
}

/** Flag, then FORCE_COLOR, then NO_COLOR, then what the terminal can do. */
export function usesColor(color: DisplayConfig['color'], stream: TextStream, env: Io['env']): boolean {
  if (color !== 'auto') return color === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY;
}

/** A terminal on which a line may be drawn again and again. */
export function isLively(stream: TextStream, env: Io['env']): boolean {
  return stream.isTTY && (env['CI'] ?? '') === '' && env['TERM'] !== 'dumb';
}

type RenderTarget = {
  readonly io: Io;
  readonly spec: OutputSpec;
  readonly target: RenderContext['target'];
};

/** What a document may know of the outside. In a file it is as wide as a terminal usually is, and without colour. */
export function createRenderContext(
  display: Pick<DisplayConfig, 'color' | 'headers'>,
  { io, spec, target }: RenderTarget,
): RenderContext {
  const toStdout = spec.file === undefined;
  return {
    width: toStdout ? terminalWidth(io.stdout, io.env) : defaultWidth,
    color: toStdout ? usesColor(display.color, io.stdout, io.env) : display.color === 'always',
    headers: display.headers,
    toolVersion,
    target,
    toRelativePath: createRelativePaths(io.env),
  };
}

/** CI systems know files by their path in the repository, wherever in it the scan was started. */
function createRelativePaths(env: Io['env']): (path: string) => string {
  const named = [env['GITHUB_WORKSPACE'], env['CI_PROJECT_DIR']].find((root = '') => root !== '');
  const root = resolve(named ?? '.');
  return (path) => relative(root, resolve(path)).split(sep).join('/') || '.';
}
