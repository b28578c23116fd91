import { toProblems } from '../finding.ts';
import { breakDown } from '../overview.ts';
import { renderOverview } from '../overview-text.ts';
import type { ReportRenderer } from '../renderer.ts';
import { createPaint } from '../styles.ts';

/** Of each: more is to be read in a format for programs. */
const most = 20;

/** For people with many findings: counts by policy and by namespace, and the worst objects; no finding by itself. */
export const summaryRenderer: ReportRenderer = {
  render({ reports }, { width, color, view }) {
    return renderOverview(breakDown(reports, { most, view }), { width, paint: createPaint(color) });
  },
  countResults: ({ reports }) => toProblems(reports).length,
};
