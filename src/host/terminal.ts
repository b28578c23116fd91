import type { Io, TextStream } from './io.ts';

/** Of a terminal that does not say how wide it is, and of a file. */
export const defaultWidth = 80;

/** Of a terminal that does not say how high it is, and of a file: more lines than this are read from their beginning. */
export const defaultHeight = 50;

/** Lines that can be seen at once: LINES, else the terminal's, else 50. */
export function screenLines(stream: TextStream, env: Io['env']): number {
  const fromEnv = Number.parseInt(env['LINES'] ?? '', 10);
  if (fromEnv > 0) return fromEnv;
  const { rows = 0 } = stream;
  return rows > 0 ? rows : defaultHeight;
}

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

/** What decides about colours: the user, or the terminal. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** Flag, then FORCE_COLOR, then NO_COLOR, then what the terminal can do. */
export function usesColor(color: ColorChoice, stream: TextStream, env: Io['env']): boolean {
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
