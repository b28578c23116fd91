import { dirname, isAbsolute, join } from 'node:path';
import type { OptionSpec } from '../index.ts';

const pathWords = new Set(['FILE', 'PATH', 'DIR']);

/**
 * The texts of an option as they would be typed where the program runs: a path in a file is relative to the folder that the file is in.
 * Which values are paths is said by what stands for them in the help: `FILE`, `PATH|cluster`, `FORMAT[=FILE]`.
 */
export function fromFolderOf(
  file: string,
  texts: readonly string[],
  { placeholder = '' }: OptionSpec,
): readonly string[] {
  const toPath = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  if (placeholder.endsWith('[=FILE]')) return texts.map((text) => withPathBehindEquals(text, toPath));
  const words = placeholder.split('|');
  if (!words.some((word) => pathWords.has(word))) return texts;
  return texts.map((text) => (words.includes(text) ? text : toPath(text)));
}

function withPathBehindEquals(text: string, toPath: (path: string) => string): string {
  const [word = '', path] = text.split(/=(.*)/s);
  return path === undefined || path === '' || path === '-' ? text : `${word}=${toPath(path)}`;
}
