import { createHash } from 'node:crypto';
import { describeCoverage } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, severityOf, toOpenProblems } from '../finding.ts';
import { uniqueFingerprints } from '../fingerprint.ts';
import { locate, locateFile, locateRun } from '../location.ts';
import { formatMissed, listMissed, type Missed } from '../missed.ts';
import { toPlainJson } from '../plain-text.ts';
import type { RenderContext, ReportRenderer } from '../renderer.ts';
import { severityMap } from '../severity.ts';

/** GitLab stops reading at the first entry that lacks something. */
type Entry = {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
};

/** For merge requests of GitLab: a Code Quality report. */
export const gitlabRenderer: ReportRenderer = {
  render({ outcome, reports }, context) {
    const problems = toOpenProblems(reports);
    const fingerprints = uniqueFingerprints(problems);
    const looked = describeCoverage(outcome.coverage);
    const entries = [
      ...listMissed(outcome).map((missed) => toMissedEntry(missed, looked, context)),
      ...problems.map((finding, index) => toEntry(finding, fingerprints[index] ?? '', context)),
    ];
    return `${toPlainJson(entries, 2)}\n`;
  },
  countResults: ({ reports }) => toOpenProblems(reports).length,
};

function toEntry(finding: Finding, fingerprint: string, context: RenderContext): Entry {
  const { report, result } = finding;
  const { path, line } = locate(report, context);
  return {
    description: `${formatObject(report)}: ${describeProblem(result)}`,
    check_name: result.policy.uniqueName,
    fingerprint,
    severity: severityMap[severityOf(result)].gitlab,
    location: { path, lines: { begin: line } },
  };
}

/** GitLab has no other place to say that something was not looked at. */
function toMissedEntry(missed: Missed, looked: string, context: RenderContext): Entry {
  const { code, scope, path } = missed;
  const identity = JSON.stringify([code, scope]);
  return {
    description: `The scan is incomplete: ${formatMissed(missed)} (looked at ${looked})`,
    check_name: 'audit-scanner/incomplete',
    fingerprint: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    severity: 'critical',
    location: {
      path: path === undefined ? locateRun(context) : locateFile(path, context),
      lines: { begin: 1 },
    },
  };
}
