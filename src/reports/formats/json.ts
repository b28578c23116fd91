import { toPlainJson } from '../../text/index.ts';
import { resultApiVersion, toResult, toRunFields } from '../audit-result.ts';
import { toFindings } from '../finding.ts';
import type { ReportRenderer } from '../renderer.ts';

/** For programs: the whole run as one document. */
export const jsonRenderer: ReportRenderer = {
  render(document, context) {
    const result = {
      apiVersion: resultApiVersion,
      kind: 'AuditResult',
      ...toRunFields(document, context),
      results: toFindings(document.reports).map(toResult),
    };
    return `${toPlainJson(result, 2)}\n`;
  },
};
