import type { ResourceReport } from '../../domain/index.ts';
import { describeCoverage } from '../coverage.ts';
import { jsonDocumentPieces } from '../json-pieces.ts';
import type { AuditDocument, PieceRenderer } from '../renderer.ts';
import type { ReportBody, ReportStamp } from '../report-body.ts';
import { type ReportMapper, reportMapperFor } from '../report-kinds.ts';

/** On every report of a scan that did not look at everything. */
const completeAnnotation = 'audit-scanner.kubewarden.io/complete';

const coverageAnnotation = 'audit-scanner.kubewarden.io/coverage';

/** For `kubectl apply -f -`: a List of Reports and ClusterReports. */
export const openReportsRenderer = createReportListRenderer(reportMapperFor('openreports'));

/** For `kubectl apply -f -`: a List of PolicyReports and ClusterPolicyReports. */
export const policyReportRenderer = createReportListRenderer(reportMapperFor('policyreport'));

function createReportListRenderer(mapper: ReportMapper): PieceRenderer {
  return {
    renderPieces: (document) =>
      jsonDocumentPieces({ apiVersion: 'v1', kind: 'List' }, 'items', listBodies(mapper, document)),
  };
}

function* listBodies(mapper: ReportMapper, { outcome, reports }: AuditDocument): Generator<object> {
  const { run, complete } = outcome;
  const looked = describeCoverage(outcome.coverage);
  const seconds = Math.floor(run.startedAt.getTime() / 1000);
  const annotations = complete
    ? {}
    : { annotations: { [completeAnnotation]: 'false', [coverageAnnotation]: looked } };
  for (const report of reports) {
    const stamp = { runUid: run.runUid, timestamps: report.results.map(() => seconds) };
    const { metadata, ...body } = toBody(mapper, report, stamp);
    yield { ...body, metadata: { ...metadata, ...annotations } };
  }
}

/** What comes from a file is not in the cluster: the garbage collector would remove a report that it owns. */
function toBody(mapper: ReportMapper, report: ResourceReport, stamp: ReportStamp): ReportBody {
  const body = mapper.toBody(report, stamp);
  if (report.origin === undefined) return body;
  return { ...body, metadata: { ...body.metadata, ownerReferences: [] } };
}
