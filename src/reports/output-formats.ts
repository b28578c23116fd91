import type { PieceRenderer, ReportRenderer, StreamRenderer } from './renderer.ts';

/** The formats of `--output`. */
export const outputFormats = [
  'table',
  'wide',
  'name',
  'json',
  'jsonl',
  'baseline',
  'sarif',
  'junit',
  'gitlab',
  'github',
  'markdown',
  'summary',
  'summary-markdown',
  'csv',
  'yaml',
  'html',
  'policyreport',
  'openreports',
] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** The renderer of each, loaded on demand. */
export const renderers = {
  table: async () => (await import('./formats/table.ts')).tableRenderer,
  wide: async () => (await import('./formats/wide.ts')).wideRenderer,
  name: async () => (await import('./formats/name.ts')).nameRenderer,
  json: async () => (await import('./formats/json.ts')).jsonRenderer,
  jsonl: async () => (await import('./formats/jsonl.ts')).jsonlRenderer,
  baseline: async () => (await import('./formats/baseline.ts')).baselineRenderer,
  sarif: async () => (await import('./formats/sarif.ts')).sarifRenderer,
  junit: async () => (await import('./formats/junit.ts')).junitRenderer,
  gitlab: async () => (await import('./formats/gitlab.ts')).gitlabRenderer,
  github: async () => (await import('./formats/github.ts')).githubRenderer,
  markdown: async () => (await import('./formats/markdown.ts')).markdownRenderer,
  summary: async () => (await import('./formats/summary.ts')).summaryRenderer,
  'summary-markdown': async () => (await import('./formats/markdown.ts')).summaryMarkdownRenderer,
  csv: async () => (await import('./formats/csv.ts')).csvRenderer,
  yaml: async () => (await import('./formats/yaml.ts')).yamlRenderer,
  html: async () => (await import('./formats/html/html.ts')).htmlRenderer,
  policyreport: async () => (await import('./formats/report-list.ts')).policyReportRenderer,
  openreports: async () => (await import('./formats/report-list.ts')).openReportsRenderer,
} satisfies Record<OutputFormat, () => Promise<ReportRenderer | PieceRenderer | StreamRenderer>>;

/** The formats that do not say who owns an object. */
export const formatsWithoutOwners: ReadonlySet<OutputFormat> = new Set([
  'name',
  'junit',
  'gitlab',
  'policyreport',
  'openreports',
]);

/**
 * The formats that people read: --severity and --show choose what is in them. The others hold every violation and every error, so that what is
 * made of them can be trusted, and passes where those are asked for.
 */
export const formatsForPeople: ReadonlySet<OutputFormat> = new Set([
  'table',
  'wide',
  'name',
  'github',
  'markdown',
  'summary',
  'summary-markdown',
]);

/**
 * The formats that say of a run that did not start that nothing was scanned. SARIF is not among them: its readers would take an
 * empty one for the end of every finding, and lists of reports have no place for it.
 */
export const unstartedFormats: ReadonlySet<OutputFormat> = new Set([
  'json',
  'jsonl',
  'junit',
  'gitlab',
  'markdown',
  'summary-markdown',
  'yaml',
  'html',
]);
