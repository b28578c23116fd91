import type { AuditOutcome, GateWord, ResourceReport } from '../domain/index.ts';

/** What a document shows: the outcome, and the reports in a stable order (namespace, kind, name). */
export type AuditDocument = {
  readonly outcome: AuditOutcome;
  readonly reports: readonly ResourceReport[];
  readonly gate: GateResult;
};

/** Decided once from the unfiltered results; the output format never changes it. */
export type GateResult = {
  readonly result: GateWord;
  /** Whether the result is `passed`: an incomplete scan has not. */
  readonly passed: boolean;
  readonly exitCode: number;
  readonly failOn: string;
  /** `fail` results that count for the gate. */
  readonly violations: number;
  /** What was compared with what. */
  readonly rules: readonly GateRule[];
  /** The verdict as one line for a person, e.g. `FAILED: 4 violations at or above "any" (…). Exit code 1.` */
  readonly verdict: string;
};

export type GateRule = {
  readonly name: 'violations' | 'complete';
  readonly threshold: number | boolean;
  readonly actual: number | boolean;
  readonly passed: boolean;
};

/** Everything about the outside that a renderer may know. */
export type RenderContext = {
  readonly width: number;
  readonly color: boolean;
  /** Column headers in the formats that have them. */
  readonly headers: boolean;
  readonly toolVersion: string;
  /** What was scanned, for the document's metadata: kubeconfig context and server URL, or the paths as the user gave them. */
  readonly target: {
    readonly context: string | undefined;
    readonly server: string | undefined;
    readonly paths?: readonly string[] | undefined;
  };
  /** A path of the input as seen from the root of the repository, with forward slashes: how CI systems find the file. */
  readonly toRelativePath: (path: string) => string;
};

export interface ReportRenderer {
  /** Pure: same document and context, same text; ends with a newline unless it is empty. */
  render(document: AuditDocument, context: RenderContext): string;
  /** How many results it holds, for a format that leaves some out. */
  countResults?(document: AuditDocument): number;
  /** Lines for stderr: what the reader of the document cannot see in it and should know. */
  notices?(document: AuditDocument, context: RenderContext): readonly string[];
}

/** A format that is written while the scan goes on, so that nothing has to be kept for it. */
export interface StreamRenderer {
  /** The lines of one report, in the order of its results. */
  renderReport(report: ResourceReport): string;
  /** The last line; a file without it was cut short. `reports` of the document is not looked at. */
  renderEnd(document: AuditDocument, context: RenderContext): string;
}
