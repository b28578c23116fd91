import { formatOrigin, severityOf } from '../../domain/index.ts';
import { formatCsvRecord, toPlainText } from '../../text/index.ts';
import { type Finding, resultLabel, toFindings } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { PieceRenderer } from '../renderer.ts';

/** Columns are only ever added, at the end. */
const columns: Readonly<Record<string, (finding: Finding) => string | undefined>> = {
  severity: ({ result }) => severityOf(result),
  result: ({ result }) => resultLabel(result),
  namespace: ({ report }) => report.subject.namespace,
  api_version: ({ report }) => report.subject.apiVersion,
  kind: ({ report }) => report.subject.kind,
  name: ({ report }) => report.subject.name,
  owner: ({ report: { owner } }) => owner && `${owner.groupResource}/${owner.name}`,
  owner_certain: ({ report }) => report.owner && String(report.owner.isCertain),
  policy: ({ result }) => result.policy.name,
  policy_namespace: ({ result }) => result.policy.namespace,
  category: ({ result }) => result.policy.category,
  mode: ({ result }) => result.policy.mode,
  message: ({ result }) => result.message,
  code: ({ result }) => result.errorCode,
  baseline: ({ result }) => result.baseline,
  exception: ({ result }) => result.exception?.reason,
  source: ({ report }) => report.origin && formatOrigin(report.origin),
  fingerprint: (finding) => fingerprintOf(finding),
  exception_by: ({ result: { exception } }) => exception && (exception.saidBy ? 'annotation' : 'file'),
  exception_owner: ({ result }) => result.exception?.owner,
  exception_expires: ({ result }) => result.exception?.expiresAt?.toISOString(),
};

/** Of a run over several clusters there is one more. */
const clusterColumn = { cluster: ({ report }: Finding) => report.cluster };

/** For spreadsheets: one finding a record, every object by itself. */
export const csvRenderer: PieceRenderer = {
  *renderPieces({ reports, outcome }, { headers }) {
    const all: typeof columns = outcome.clusters === undefined ? columns : { ...columns, ...clusterColumn };
    if (headers) yield formatCsvRecord(Object.keys(all));
    for (const finding of toFindings(reports))
      yield formatCsvRecord(Object.values(all).map((cellOf) => toCell(cellOf(finding) ?? '')));
  },
};

/**
 * Plain text on one line, as not every reader knows better. What a spreadsheet would take for a formula gets an apostrophe in front, by which spreadsheets know text: names and
 * messages come from the cluster, and may have been chosen to be run on the reader's machine.
 */
function toCell(text: string): string {
  const plain = toPlainText(text);
  return /^[=+\-@]/.test(plain) ? `'${plain}` : plain;
}
