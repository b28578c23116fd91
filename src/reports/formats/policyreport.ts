import { policyReportMapper } from '../policyreport-mapper.ts';
import { createReportListRenderer } from '../report-list.ts';

/** For `kubectl apply -f -`: PolicyReports and ClusterPolicyReports. */
export const policyReportRenderer = createReportListRenderer(policyReportMapper);
