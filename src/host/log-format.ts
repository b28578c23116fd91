import type { Io } from './io.ts';

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
