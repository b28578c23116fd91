import type { ObjectReference } from '../../domain/index.ts';
import { describeContent, type ReportContent } from './content.ts';
import { property, textProperty } from './properties.ts';

/** Where a report is. `namespace` is undefined for a cluster report. */
export type ReportKey = { readonly namespace: string | undefined; readonly name: string };

/** Which version of which report it is: enough to delete exactly that one. */
export type ReportIdentity = ReportKey & {
  readonly uid: string;
  readonly resourceVersion: string;
};

/** What has to be known about a report in the cluster to write it again or to delete it. */
export type StoredReport = ReportIdentity & {
  readonly subject: ObjectReference;
  readonly content: ReportContent;
  /** Whether an earlier attempt of this very run wrote it, on the same terms. */
  readonly isOfThisRun?: boolean | undefined;
};

/** A report that was read by itself, with all that it says. */
export type FetchedReport = StoredReport & { readonly document: unknown };

/** Reads the identity of a report as the API returns it; what is missing is an empty string. */
export function readIdentity(report: unknown): ReportIdentity {
  const metadata = property(report, 'metadata');
  return {
    namespace: textProperty(metadata, 'namespace') || undefined,
    name: textProperty(metadata, 'name'),
    uid: textProperty(metadata, 'uid'),
    resourceVersion: textProperty(metadata, 'resourceVersion'),
  };
}

/** Reads a report as the API returns it. Its subject is taken to be where the report is, whatever its scope says. */
export function readStoredReport(report: unknown): StoredReport {
  const identity = readIdentity(report);
  const scope = property(report, 'scope');
  const subject: ObjectReference = {
    apiVersion: textProperty(scope, 'apiVersion'),
    kind: textProperty(scope, 'kind'),
    namespace: identity.namespace,
    name: textProperty(scope, 'name'),
    uid: textProperty(scope, 'uid'),
    resourceVersion: textProperty(scope, 'resourceVersion'),
  };
  return { ...identity, subject, content: describeContent(report) };
}
