import type { LogLevel } from '../config/index.ts';

/** One line of the log. `message` is a constant that people search for; what varies is in `fields`. */
export type LogLine = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};
