import { formatResource, toFindings } from '../finding.ts';
import { toPlainText } from '../plain-text.ts';
import type { ReportRenderer } from '../renderer.ts';

/** For xargs: each object with a finding once, as `namespace/deployments.apps/api`. */
export const nameRenderer: ReportRenderer = {
  render({ reports }) {
    const names = toFindings(reports).map(({ report }) => {
      const { namespace } = report.subject;
      const resource = formatResource(report);
      return toPlainText(namespace === undefined ? resource : `${namespace}/${resource}`);
    });
    return [...new Set(names)].map((name) => `${name}\n`).join('');
  },
};
