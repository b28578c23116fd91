import { type GateWord, type SeverityName } from '../domain/index.ts';
import type { ResultLabel } from './finding.ts';

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
export type Style = keyof typeof codes;

/** Puts text into one of the terminal's eight colours, or leaves it as it is. Colour never says what the words do not. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(color: boolean): Paint {
  return (style, text) => (color ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

export const severityStyle: Readonly<Record<SeverityName, Style>> = {
  critical: 'magenta',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'blue',
  unset: 'dim',
};

export const resultStyle: Readonly<Record<ResultLabel, Style>> = {
  pass: 'green',
  fail: 'red',
  error: 'yellow',
  new: 'red',
  changed: 'yellow',
  known: 'dim',
  accepted: 'dim',
};

export const verdictStyle: Readonly<Record<GateWord, Style>> = {
  passed: 'green',
  failed: 'red',
  incomplete: 'yellow',
  none: 'yellow',
};
