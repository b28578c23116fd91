import { createHash } from 'node:crypto';
import { type InputWarning, severityOf } from '../../domain/index.ts';
import { describeCoverage } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, toOpenProblems } from '../finding.ts';
import { createFingerprints } from '../fingerprint.ts';
import { describeWarning } from '../input.ts';
import { jsonListPieces } from '../json-pieces.ts';
import { locate, locateFile, locateRun } from '../location.ts';
import { formatMissed, listMissed, type Missed } from '../missed.ts';
import type { AuditDocument, PieceRenderer, RenderContext } from '../renderer.ts';
import { severityMap } from '../severity.ts';
import { isUnstarted } from '../unstarted.ts';

/** GitLab stops reading at the first entry that lacks something. */
type Entry = {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
};

/** For merge requests of GitLab: a Code Quality report. */
export const gitlabRenderer: PieceRenderer = {
  *renderPieces(document, context) {
    yield* jsonListPieces(listEntries(document, context));
    yield '\n';
  },
  countResults: ({ reports }) => toOpenProblems(reports).length,
};

function* listEntries(document: AuditDocument, context: RenderContext): Generator<Entry> {
  const { outcome, reports } = document;
  const { input } = outcome.coverage;
  for (const missed of listMissed(outcome)) yield toMissedEntry(missed, describe(missed, document), context);
  for (const warning of input?.warnings ?? []) yield toWarningEntry(warning, context);
  const nameOf = createFingerprints();
  for (const finding of toOpenProblems(reports)) yield toEntry(finding, nameOf(finding), context);
}

function toEntry(finding: Finding, fingerprint: string, context: RenderContext): Entry {
  const { report, result } = finding;
  const { path, line, template } = locate(report, context);
  const source = template === undefined ? '' : ` (${template})`;
  return {
    description: `${formatObject(report)}: ${describeProblem(result)}${source}`,
    check_name: result.policy.uniqueName,
    fingerprint,
    severity: severityMap[severityOf(result)].gitlab,
    location: { path, lines: { begin: line } },
  };
}

function toWarningEntry(warning: InputWarning, context: RenderContext): Entry {
  const { code, origin } = warning;
  const path = locateFile(origin.path, context);
  const description = describeWarning(warning);
  return {
    description,
    check_name: 'audit-scanner/input',
    fingerprint: digest([code, path, description]),
    severity: 'minor',
    location: { path, lines: { begin: origin.line ?? 1 } },
  };
}

function digest(identity: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

function describe(missed: Missed, document: AuditDocument): string {
  if (isUnstarted(document)) return `Nothing was scanned: ${missed.message} [${missed.code}]`;
  const looked = describeCoverage(document.outcome.coverage);
  return `The scan is incomplete: ${formatMissed(missed)} (looked at ${looked})`;
}

/** GitLab has no other place to say that something was not looked at. */
function toMissedEntry(
  { code, scope, path, cluster }: Missed,
  description: string,
  context: RenderContext,
): Entry {
  return {
    description,
    check_name: 'audit-scanner/incomplete',
    fingerprint: digest([code, scope]),
    severity: 'critical',
    location: {
      path: path === undefined ? locateRun(context, cluster) : locateFile(path, context),
      lines: { begin: 1 },
    },
  };
}
