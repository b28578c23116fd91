import { basename, isAbsolute, relative } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The name of the files that say what of their folder is left out. */
export const ignoreFile = '.auditignore';

type Layer = { readonly folder: string; readonly matcher: Ignore; readonly from: string };

/** What is left out of a folder, by patterns in the syntax of `.gitignore`. A deeper file has the last word; the command line above all. */
export class IgnoreRules {
  readonly #layers: readonly Layer[];

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** The patterns of the command line, relative to a folder. */
  static forFolder(folder: string, patterns: readonly string[]): IgnoreRules {
    return new IgnoreRules([
      { folder, matcher: ignore({ ignorecase: false }).add([...patterns]), from: '--exclude' },
    ]);
  }

  /** With those of an ignore file in a folder below. */
  with(folder: string, path: string, text: string): IgnoreRules {
    const [flags, ...files] = this.#layers;
    const layer = { folder, matcher: ignore({ ignorecase: false }).add(text), from: path };
    return new IgnoreRules([...(flags === undefined ? [] : [flags]), layer, ...files]);
  }

  /** Why a path is left out, or undefined. Whether its folder is has to be asked before. */
  reasonFor(path: string, isFolder: boolean): string | undefined {
    for (const { folder, matcher, from } of this.#layers) {
      const { ignored, unignored, rule } = matcher.test(`${pathIn(folder, path)}${isFolder ? '/' : ''}`);
      if (ignored) return `left out by ${rule?.pattern ?? '?'} (${from})`;
      if (unignored) return undefined;
    }
    return undefined;
  }
}

/** Of what is not in the folder only the name can fit a pattern. */
function pathIn(folder: string, path: string): string {
  const inside = relative(folder, path);
  return inside.startsWith('..') || isAbsolute(inside) ? basename(path) : inside;
}
