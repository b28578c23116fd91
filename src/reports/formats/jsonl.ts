import { toPlainJson } from '../../text/index.ts';
import { resultApiVersion, toResult, toRunFields } from '../audit-result.ts';
import { toFindings } from '../finding.ts';
import type { StreamRenderer } from '../renderer.ts';

/** For large clusters: one result per line as it is found, and the run as the last line. */
export const jsonlRenderer: StreamRenderer = {
  renderReport(report) {
    return toFindings([report])
      .map((finding) => `${toPlainJson({ kind: 'Result', ...toResult(finding) })}\n`)
      .join('');
  },
  renderEnd(document, context) {
    const summary = { apiVersion: resultApiVersion, kind: 'Summary', ...toRunFields(document, context) };
    return `${toPlainJson(summary)}\n`;
  },
};
