import type { ReportApi, ReportMapper } from './mapper.ts';
import { toReportBody } from './report-body.ts';

const group = 'wgpolicyk8s.io';
const version = 'v1alpha2';
const namespaced: ReportApi = { group, version, kind: 'PolicyReport', plural: 'policyreports' };
const cluster: ReportApi = { group, version, kind: 'ClusterPolicyReport', plural: 'clusterpolicyreports' };

/** Reports of the Policy working group: PolicyReport and ClusterPolicyReport. */
export const policyReportMapper: ReportMapper = {
  kind: 'policyreport',
  namespaced,
  cluster,
  toBody: (report, stamp) =>
    toReportBody(report.subject.namespace === undefined ? cluster : namespaced, report, stamp),
};
