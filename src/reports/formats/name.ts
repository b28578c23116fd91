import { formatObject, toFindings } from '../finding.ts';
import type { ReportRenderer } from '../renderer.ts';

/** For xargs: each object with a finding that is not accepted once, as `namespace/deployments.apps/api`. */
export const nameRenderer: ReportRenderer = {
  render({ reports }) {
    const names = toFindings(reports)
      .filter(({ result }) => result.exception === undefined)
      .map(({ report }) => formatObject(report));
    return [...new Set(names)].map((name) => `${name}\n`).join('');
  },
};
