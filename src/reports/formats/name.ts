import { toPlainText } from '../../text/index.ts';
import { formatObject, toFindings } from '../finding.ts';
import type { ReportRenderer } from '../renderer.ts';

/**
 * For xargs: each object with a finding that is not accepted once, as `namespace/deployments.apps/api`; behind the context and a tab where
 * there are several.
 */
export const nameRenderer: ReportRenderer = {
  render({ reports }) {
    const names = toFindings(reports)
      .filter(({ result }) => result.exception === undefined)
      .map(({ report: { cluster, ...report } }) =>
        cluster === undefined ? formatObject(report) : `${toPlainText(cluster)}\t${formatObject(report)}`,
      );
    return [...new Set(names)].map((name) => `${name}\n`).join('');
  },
};
