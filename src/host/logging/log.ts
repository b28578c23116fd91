import { pino } from 'pino';
import { toPlainText } from '../../text/index.ts';
import type { LogLevel, LogLine } from '../index.ts';

export type Log = (line: LogLine) => void;

export type LogTarget = {
  /** Lines below this level are left out. */
  readonly level: LogLevel;
  readonly write: (text: string) => void;
  /** Milliseconds since the epoch, with a fraction. */
  readonly now: () => number;
};

const pinoLevels = { debug: 'debug', info: 'info', warning: 'warn', error: 'error' } as const;
const levelNames: Readonly<Record<number, LogLevel>> = {
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
};

/** One JSON object per line, in the order that the Go scanner's logger writes: time, level, message, fields. */
export function createJsonLog({ level, write, now }: LogTarget): Log {
  const logger = pino(
    {
      level: pinoLevels[level],
      base: null,
      // pino puts the level before the time; it is left out there and comes in with the mixin.
      formatters: { level: () => ({}) },
      timestamp: () => `"time":"${formatTime(now())}"`,
      mixin: (_fields, number) => ({ level: levelNames[number] }),
    },
    { write },
  );
  return (line) => {
    logger[pinoLevels[line.level]]({ message: line.message, ...line.fields });
  };
}

/** One line by itself, whatever its level. */
export function renderJsonLine(line: LogLine, now: LogTarget['now']): string {
  const lines: string[] = [];
  createJsonLog({ level: 'debug', write: (text) => lines.push(text), now })(line);
  return lines.join('');
}

/** RFC 3339 in UTC with microseconds. */
function formatTime(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const microseconds = Math.floor((epochMs - whole) * 1000);
  return new Date(whole).toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);
}

const levelOrder: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];

/** For a terminal: `warning: Failed to list resources: … [AS-3101]`, with the fields in the order given. */
export function createTextLog({ level, write }: Omit<LogTarget, 'now'>): Log {
  return (line) => {
    if (levelOrder.indexOf(line.level) < levelOrder.indexOf(level)) return;
    write(`${toText(line)}\n`);
  };
}

/** Left out of text: who reads it knows which program wrote it, or asks `explain` for more. */
const hiddenFields = new Set(['component', 'error', 'code', 'facts', 'try', 'RunUID']);

function toText({ level, message, fields }: LogLine): string {
  const { error, code } = fields;
  const what = typeof error === 'string' && error !== message ? `${message}: ${error}` : message;
  const details = Object.entries(fields)
    .filter(([key, value]) => !hiddenFields.has(key) && value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return toPlainText(`${level}: ${what}${details.join('')}${typeof code === 'string' ? ` [${code}]` : ''}`);
}
