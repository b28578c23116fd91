import { formatLine, formatOrigin, type ResourceOrigin, type ResourceReport } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import type { RenderContext } from './renderer.ts';

/** Where readers that want a file find an object. Line and column from 1. */
export type Location = {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Whether that is where the object stands; of what was rendered only the file is known. */
  readonly isLineKnown: boolean;
  /** The template in a packed chart, where the path is that of the package. */
  readonly template: string | undefined;
  /** Whether there is such a file; objects of a cluster have a made-up one, which is the same in every run. */
  readonly exists: boolean;
};

export function locate(
  { origin, subject, groupResource, cluster }: ResourceReport,
  context: RenderContext,
): Location {
  if (origin !== undefined) {
    const { path, line = 1, column = 1, template } = origin;
    const isLineKnown = origin.line !== undefined;
    return { path: locateFile(path, context), line, column, isLineKnown, template, exists: true };
  }
  const { namespace = '_cluster', name } = subject;
  const steps = [namespace, groupResource, `${name}.yaml`].map(toSegment);
  const path = [locateRun(context, cluster), ...steps].join('/');
  return { path, line: 1, column: 1, isLineKnown: false, template: undefined, exists: false };
}

/** `deploy/web.yaml:4:1`, or the path alone where no line is known. */
export function formatLocation(location: Location): string {
  return toPlainText(formatOrigin(toOrigin(location)));
}

/** The same without the column. */
export function formatLocationLine(location: Location): string {
  return toPlainText(formatLine(toOrigin(location)));
}

function toOrigin({ path, line, column, isLineKnown, template }: Location): ResourceOrigin {
  return isLineKnown
    ? { path, line, column, template }
    : { path, line: undefined, column: undefined, template };
}

/** The path under which what concerns the whole run is told, or one of its clusters: the input, or the made-up folder of the cluster. */
export function locateRun(context: RenderContext, cluster?: string): string {
  const { target } = context;
  const [path] = target.paths ?? [];
  return path === undefined
    ? `k8s/${toSegment(cluster ?? target.context ?? '_')}`
    : locateFile(path === '-' ? 'stdin' : path, context);
}

/** A path of the input as CI systems know it. Never empty. */
export function locateFile(path: string, { toRelativePath }: RenderContext): string {
  return toPlainText(toRelativePath(path)) || '_';
}

/** One step of a path. Names may come from hostile objects and must not lead anywhere else. */
function toSegment(name: string): string {
  return toPlainText(name)
    .replace(/[\\/]/g, '_')
    .replace(/^\.{0,2}$/, '_');
}
