import type { Io } from './io.ts';

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line of the log. `message` is a constant that people search for; what varies is in `fields`. */
export type LogLine = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Whether the log was asked for as JSON, as far as that can be told before anything is checked. */
export function asksForJsonLog(argv: readonly string[], env: Io['env']): boolean {
  if (argv[0] !== 'scan' && argv[0] !== 'demo') return false;
  const flags = argv.flatMap((arg, index) => {
    if (arg === '--log-format') return [argv[index + 1] ?? ''];
    return arg.startsWith('--log-format=') ? [arg.slice('--log-format='.length)] : [];
  });
  const format = flags.at(-1) ?? (argv[0] === 'scan' ? env['AUDIT_SCANNER_LOG_FORMAT'] : undefined);
  return format?.toLowerCase() === 'json';
}
