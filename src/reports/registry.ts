import type { OutputFormat } from './formats.ts';
import { jsonRenderer } from './json/renderer.ts';
import { jsonlRenderer } from './jsonl/renderer.ts';
import { nameRenderer } from './name/renderer.ts';
import type { ReportRenderer, StreamRenderer } from './renderer.ts';
import { tableRenderer } from './table/renderer.ts';
import { wideRenderer } from './wide/renderer.ts';

/** Who renders each format of `--output`. */
export const renderers = {
  table: tableRenderer,
  wide: wideRenderer,
  name: nameRenderer,
  json: jsonRenderer,
  jsonl: jsonlRenderer,
} satisfies Record<OutputFormat, ReportRenderer | StreamRenderer>;
