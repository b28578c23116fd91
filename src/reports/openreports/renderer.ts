import { createReportListRenderer } from '../report-list.ts';
import { openReportsMapper } from './mapper.ts';

/** For `kubectl apply -f -`: Reports and ClusterReports. */
export const openReportsRenderer = createReportListRenderer(openReportsMapper);
