import type { OutputFormat } from './format-names.ts';
import { githubRenderer } from './formats/github.ts';
import { gitlabRenderer } from './formats/gitlab.ts';
import { jsonRenderer } from './formats/json.ts';
import { jsonlRenderer } from './formats/jsonl.ts';
import { junitRenderer } from './formats/junit.ts';
import { markdownRenderer } from './formats/markdown.ts';
import { nameRenderer } from './formats/name.ts';
import { openReportsRenderer } from './formats/openreports.ts';
import { policyReportRenderer } from './formats/policyreport.ts';
import { sarifRenderer } from './formats/sarif.ts';
import { tableRenderer } from './formats/table.ts';
import { wideRenderer } from './formats/wide.ts';
import type { ReportRenderer, StreamRenderer } from './renderer.ts';

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
