import {
  type AuditDocument,
  type PieceRenderer,
  piecesOf,
  type RenderContext,
  type ReportRenderer,
} from '../../src/reports/renderer.ts';

/** A document as one text. */
export function renderText(
  renderer: ReportRenderer | PieceRenderer,
  document: AuditDocument,
  context: RenderContext,
): string {
  return [...piecesOf(renderer, document, context)].join('');
}
