import { resultApiVersion, toResult, toRunFields } from '../audit-result.ts';
import { toFindings } from '../finding.ts';
import { jsonDocumentPieces } from '../json-pieces.ts';
import type { AuditDocument, PieceRenderer, RenderContext } from '../renderer.ts';

/** For programs: the whole run as one document. */
export const jsonRenderer: PieceRenderer = {
  renderPieces: (document, context) =>
    jsonDocumentPieces(toHead(document, context), 'results', listResults(document)),
};

/** All of the document before its results. */
export function toHead(document: AuditDocument, context: RenderContext): object {
  return { apiVersion: resultApiVersion, kind: 'AuditResult', ...toRunFields(document, context) };
}

/** One after the other, as each is as large as what it is made from. */
export function* listResults({ reports }: AuditDocument): Generator<object> {
  for (const finding of toFindings(reports)) yield toResult(finding);
}
