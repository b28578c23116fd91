import type { OutputFormat } from './formats.ts';
import { githubRenderer } from './github/renderer.ts';
import { gitlabRenderer } from './gitlab/renderer.ts';
import { jsonRenderer } from './json/renderer.ts';
import { jsonlRenderer } from './jsonl/renderer.ts';
import { junitRenderer } from './junit/renderer.ts';
import { markdownRenderer } from './markdown/renderer.ts';
import { nameRenderer } from './name/renderer.ts';
import { openReportsRenderer } from './openreports/renderer.ts';
import { policyReportRenderer } from './policyreport/renderer.ts';
import type { ReportRenderer, StreamRenderer } from './renderer.ts';
import { sarifRenderer } from './sarif/renderer.ts';
import { tableRenderer } from './table/renderer.ts';
import { wideRenderer } from './wide/renderer.ts';

/** Who renders each format of `--output`. */
export const renderers = {
  table: tableRenderer,
  wide: wideRenderer,
  name: nameRenderer,
  json: jsonRenderer,
  jsonl: jsonlRenderer,
  sarif: sarifRenderer,
  junit: junitRenderer,
  gitlab: gitlabRenderer,
  github: githubRenderer,
  markdown: markdownRenderer,
  policyreport: policyReportRenderer,
  openreports: openReportsRenderer,
} satisfies Record<OutputFormat, ReportRenderer | StreamRenderer>;
