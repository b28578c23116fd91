import { relative, resolve, sep } from 'node:path';
import type { DisplayConfig, OutputSpec } from '../../config/index.ts';
import type { ResultStatus } from '../../domain/index.ts';
import {
  defaultHeight,
  defaultWidth,
  type Io,
  screenLines,
  terminalWidth,
  toolVersion,
  usesColor,
} from '../../host/index.ts';
import type { RenderContext } from '../../reports/index.ts';

type RenderTarget = {
  readonly io: Io;
  readonly spec: OutputSpec;
  readonly target: RenderContext['target'];
  /** Those that are handed to the document. */
  readonly results?: readonly ResultStatus[] | undefined;
  /** Saved results of earlier runs, where the user named some. */
  readonly history?: RenderContext['history'];
  /** The version that the results are of, where that is not this one. */
  readonly toolVersion?: string | undefined;
};

/** What a document may know of the outside. In a file it is as wide as a terminal usually is, and without colour. */
export function createRenderContext(
  display: Pick<DisplayConfig, 'color' | 'headers' | 'view'>,
  { io, spec, target, results, history, toolVersion: savedBy }: RenderTarget,
): RenderContext {
  const toStdout = spec.file === undefined;
  return {
    width: toStdout ? terminalWidth(io.stdout, io.env) : defaultWidth,
    color: toStdout ? usesColor(display.color, io.stdout, io.env) : display.color === 'always',
    headers: display.headers,
    toolVersion: savedBy ?? toolVersion,
    target,
    view: display.view && {
      ...display.view,
      screenLines: toStdout ? screenLines(io.stdout, io.env) : defaultHeight,
    },
    ...(results && { results }),
    ...(history && { history }),
    toRelativePath: createRelativePaths(io.env),
  };
}

/** CI systems know files by their path in the repository, wherever in it the scan was started. */
function createRelativePaths(env: Io['env']): (path: string) => string {
  const named = [env['GITHUB_WORKSPACE'], env['CI_PROJECT_DIR']].find((root = '') => root !== '');
  const root = resolve(named ?? '.');
  return (path) => relative(root, resolve(path)).split(sep).join('/') || '.';
}
