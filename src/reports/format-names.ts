/** The formats of `--output`. */
export const outputFormats = [
  'table',
  'wide',
  'name',
  'json',
  'jsonl',
  'sarif',
  'junit',
  'gitlab',
  'github',
  'markdown',
  'policyreport',
  'openreports',
] as const;
export type OutputFormat = (typeof outputFormats)[number];
