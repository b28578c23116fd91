import { BaselineEntries } from '../../domain/index.ts';
import { toPlainJson } from '../../text/index.ts';
import { resultApiVersion, toBaselineEntry, toRunFields } from '../audit-result.ts';
import type { AuditDocument, ReportRenderer } from '../renderer.ts';

/** For --baseline: each violation once, however many objects have it, and what has to be known of the run to judge by them. */
export const baselineRenderer: ReportRenderer = {
  render(document, context) {
    const baseline = {
      apiVersion: resultApiVersion,
      kind: 'Baseline',
      ...toRunFields(document, context),
      entries: listEntries(document).map(toBaselineEntry),
    };
    return `${toPlainJson(baseline, 2)}\n`;
  },
  countResults: (document) => listEntries(document).length,
};

function listEntries({ reports }: AuditDocument) {
  const entries = new BaselineEntries();
  for (const report of reports) entries.add(report);
  return entries.list();
}
