import type { ResourceReport } from '../domain/index.ts';
import type { EarlierVerdict } from './earlier-verdict.ts';

export type ReportKind = 'policyreport' | 'openreports';

/** The API type under which a report is stored. `plural` is its resource name. */
export type ReportApi = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
};

/** How one report API spells a ResourceReport. */
export interface ReportMapper {
  readonly kind: ReportKind;
  readonly namespaced: ReportApi;
  readonly cluster: ReportApi;
  toBody(report: ResourceReport, stamp: ReportStamp): ReportBody;
}

/** `timestamps` has one entry per result, in seconds since the epoch; so has `earlier`, for results that follow a verdict without an answer. */
export type ReportStamp = {
  readonly runUid: string;
  readonly timestamps: readonly number[];
  readonly earlier?: readonly (EarlierVerdict | undefined)[] | undefined;
};

/** The fields of a report object that the scanner owns. */
export type ReportBody = {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly [field: string]: unknown;
};
