import type { ReportApi, ReportMapper } from './mapper.ts';
import { toReportBody } from './report-body.ts';

const group = 'openreports.io';
const version = 'v1alpha1';
const namespaced: ReportApi = { group, version, kind: 'Report', plural: 'reports' };
const cluster: ReportApi = { group, version, kind: 'ClusterReport', plural: 'clusterreports' };

/** Reports of OpenReports: Report and ClusterReport. */
export const openReportsMapper: ReportMapper = {
  kind: 'openreports',
  namespaced,
  cluster,
  // Readers take the source of a report from here, or, as it is empty, from the first result: a report always has one.
  toBody: (report, stamp) => ({
    ...toReportBody(report.subject.namespace === undefined ? cluster : namespaced, report, stamp),
    source: '',
  }),
};
