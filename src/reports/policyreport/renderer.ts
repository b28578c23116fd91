import { createReportListRenderer } from '../report-list.ts';
import { policyReportMapper } from './mapper.ts';

/** For `kubectl apply -f -`: PolicyReports and ClusterPolicyReports. */
export const policyReportRenderer = createReportListRenderer(policyReportMapper);
