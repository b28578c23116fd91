import { openReportsMapper } from '../openreports-mapper.ts';
import { createReportListRenderer } from '../report-list.ts';

/** For `kubectl apply -f -`: Reports and ClusterReports. */
export const openReportsRenderer = createReportListRenderer(openReportsMapper);
