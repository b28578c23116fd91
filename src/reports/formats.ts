/** The formats of `--output`. */
export const outputFormats = ['table', 'wide', 'name', 'json', 'jsonl'] as const;
export type OutputFormat = (typeof outputFormats)[number];
