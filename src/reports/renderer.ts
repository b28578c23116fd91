import type { AuditOutcome, GateResult, ResourceReport, ResultStatus, RunTarget } from '../domain/index.ts';
import type { HistoryEntry } from './history.ts';

/** What a document shows: the outcome, and the reports in a stable order (namespace, kind, name). */
export type AuditDocument = {
  readonly outcome: AuditOutcome;
  readonly reports: readonly ResourceReport[];
  readonly gate: GateResult;
};

/** By what findings can be grouped for people. */
export const groupings = ['resource', 'owner', 'policy', 'namespace'] as const;
export type Grouping = (typeof groupings)[number];

/** How findings are laid out for people. It changes no count and no verdict. */
export type FindingsView = {
  /** Whether Pods, ReplicaSets and Jobs are shown at their top owner. */
  readonly rollUp: boolean;
  readonly groupBy: Grouping;
  /** Lines that fit on a screen; more findings than that begin with a summary. */
  readonly screenLines: number;
};

/** Everything about the outside that a renderer may know. */
export type RenderContext = {
  readonly width: number;
  readonly color: boolean;
  /** Column headers in the formats that have them. */
  readonly headers: boolean;
  readonly toolVersion: string;
  /** What was scanned, for the document's metadata: kubeconfig context and server URL, or the paths as the user gave them. */
  /** Undefined: each object by itself, and no summary. */
  readonly view?: FindingsView | undefined;
  readonly target: RunTarget;
  /** Which results the document was given; those that fail and errors where nobody says. */
  readonly results?: readonly ResultStatus[] | undefined;
  /** A path of the input as seen from the root of the repository, with forward slashes: how CI systems find the file. */
  readonly toRelativePath: (path: string) => string;
  /** Saved results of earlier runs, in any order; undefined where nobody gave any. */
  readonly history?: readonly HistoryEntry[] | undefined;
};

export interface ReportRenderer {
  /** Pure: same document and context, same text; ends with a newline unless it is empty. */
  render(document: AuditDocument, context: RenderContext): string;
  /** How many results it holds, for a format that leaves some out. */
  countResults?(document: AuditDocument): number;
  /** Lines for stderr: what the reader of the document cannot see in it and should know. */
  notices?(document: AuditDocument, context: RenderContext): readonly string[];
}

/**
 * A format whose document may hold every finding of a run, and so be longer than what is to be kept in memory: it is made in pieces, of a
 * finding or so each, while it is written.
 */
export interface PieceRenderer extends Omit<ReportRenderer, 'render'> {
  /** As `render`, and the pieces together are the document. */
  renderPieces(document: AuditDocument, context: RenderContext): Iterable<string>;
}

/** A format that is written while the scan goes on, so that nothing has to be kept for it. */
export interface StreamRenderer {
  /** The lines of one report, in the order of its results. */
  renderReport(report: ResourceReport): string;
  /** The last line; a file without it was cut short. `reports` of the document is not looked at. */
  renderEnd(document: AuditDocument, context: RenderContext): string;
}

/** The document that a renderer makes of a whole run, in as many pieces as it likes. */
export function piecesOf(
  renderer: ReportRenderer | PieceRenderer,
  document: AuditDocument,
  context: RenderContext,
): Iterable<string> {
  return 'render' in renderer
    ? [renderer.render(document, context)]
    : renderer.renderPieces(document, context);
}
