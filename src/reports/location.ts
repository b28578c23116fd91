import type { ResourceReport } from '../domain/report.ts';
import { toPlainText } from './plain-text.ts';
import type { RenderContext } from './renderer.ts';

/** Where readers that want a file find an object. Line and column from 1. */
export type Location = {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Whether there is such a file; objects of a cluster have a made-up one, which is the same in every run. */
  readonly exists: boolean;
};

export function locate({ origin, subject, groupResource }: ResourceReport, context: RenderContext): Location {
  if (origin !== undefined) {
    const { path, line, column } = origin;
    return { path: locateFile(path, context), line, column, exists: true };
  }
  const { namespace = '_cluster', name } = subject;
  const steps = [namespace, groupResource, `${name}.yaml`].map(toSegment);
  return { path: [locateRun(context), ...steps].join('/'), line: 1, column: 1, exists: false };
}

/** The path under which what concerns the whole run is told: the input, or the made-up folder of the cluster. */
export function locateRun(context: RenderContext): string {
  const { target } = context;
  const [path] = target.paths ?? [];
  return path === undefined
    ? `k8s/${toSegment(target.context ?? '_')}`
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
