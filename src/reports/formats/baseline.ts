import { BaselineEntries } from '../../domain/index.ts';
import { resultApiVersion, toBaselineEntry, toRunFields } from '../audit-result.ts';
import { jsonDocumentPieces } from '../json-pieces.ts';
import type { AuditDocument, PieceRenderer } from '../renderer.ts';

/** For --baseline: each violation once, however many objects have it, and the facts about the run that a comparison needs. */
export const baselineRenderer: PieceRenderer = {
  renderPieces(document, context) {
    const head = { apiVersion: resultApiVersion, kind: 'Baseline', ...toRunFields(document, context) };
    return jsonDocumentPieces(head, 'entries', writeEntries(document));
  },
  countResults: (document) => listEntries(document).length,
};

function* writeEntries(document: AuditDocument): Generator<object> {
  for (const entry of listEntries(document)) yield toBaselineEntry(entry);
}

function listEntries({ reports }: AuditDocument) {
  const entries = new BaselineEntries();
  for (const report of reports) entries.add(report);
  return entries.list();
}
