import type { ResourceReport } from '../domain/index.ts';
import { type ReportApi, type ReportBody, type ReportStamp, toReportBody } from './report-body.ts';

/** `openreports`: Report and ClusterReport. `policyreport`: PolicyReport and ClusterPolicyReport of the Policy working group. */
export type ReportKind = 'openreports' | 'policyreport';

/** How one report API spells a ResourceReport. */
export interface ReportMapper {
  readonly kind: ReportKind;
  readonly namespaced: ReportApi;
  readonly cluster: ReportApi;
  toBody(report: ResourceReport, stamp: ReportStamp): ReportBody;
}

const openReports = { group: 'openreports.io', version: 'v1alpha1' };
const policyReports = { group: 'wgpolicyk8s.io', version: 'v1alpha2' };

const mappers: Readonly<Record<ReportKind, ReportMapper>> = {
  openreports: createMapper('openreports', {
    namespaced: { ...openReports, kind: 'Report', plural: 'reports' },
    cluster: { ...openReports, kind: 'ClusterReport', plural: 'clusterreports' },
    // Readers take the source of a report from here, or, as it is empty, from the first result: a report always has one.
    more: { source: '' },
  }),
  policyreport: createMapper('policyreport', {
    namespaced: { ...policyReports, kind: 'PolicyReport', plural: 'policyreports' },
    cluster: { ...policyReports, kind: 'ClusterPolicyReport', plural: 'clusterpolicyreports' },
    more: {},
  }),
};

/** Who spells reports of this kind. */
export function reportMapperFor(kind: ReportKind): ReportMapper {
  return mappers[kind];
}

/** The kind that was not chosen, for what it may have left behind and for advice. */
export function otherReportKind(kind: ReportKind): ReportKind {
  return kind === 'openreports' ? 'policyreport' : 'openreports';
}

type Spelling = Pick<ReportMapper, 'namespaced' | 'cluster'> & { readonly more: object };

function createMapper(kind: ReportKind, { namespaced, cluster, more }: Spelling): ReportMapper {
  return {
    kind,
    namespaced,
    cluster,
    toBody: (report, stamp) => ({
      ...toReportBody(report.subject.namespace === undefined ? cluster : namespaced, report, stamp),
      ...more,
    }),
  };
}
