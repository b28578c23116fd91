/** `audit-scanner help ci`. */
export function renderCi(): string {
  return `A gate for pull requests, without a cluster:

  audit-scanner scan ./deploy --policies ./policies -o junit=audit.xml

Old violations: save them once as a baseline and commit the file; from then on only new ones count.
  audit-scanner scan ./deploy --policies ./policies -o baseline=old.json --exit-zero
  audit-scanner scan ./deploy --policies ./policies --baseline old.json

Exit codes: 0 passed; 1 violations; 2 wrong usage or nothing to scan; 3 incomplete, something was not looked at;
4 could not start. All of them: \`audit-scanner help exit-codes\`.
  --fail-on high            only high and critical violations fail
  --max-violations 10       tolerate that many violations
  --on-incomplete warn      0 instead of 3
  --exit-zero               0 instead of 1 and 3, for a pipeline that only reports
Every output contains the word of the gate: passed, failed or incomplete. --on-incomplete and --exit-zero change
the exit code, never the word.

Outputs, several in one run:
  GitHub     -o github (annotations, summary, step outputs), -o sarif=audit.sarif for code scanning
  GitLab     -o gitlab=gl-code-quality-report.json, -o junit=audit.xml
  Jenkins    -o junit=audit.xml
  Azure      -o junit=audit.xml, -o sarif=audit.sarif, -o markdown=audit.md
  comments   -o markdown or -o summary-markdown
Upload them whatever the exit code is. If nothing could be scanned, every output says so except sarif, which is not
written: an empty SARIF would close every alert.

A pull request can change every file of the repository. A configuration file that scan merely found cannot change
the gate. To protect the rest, take policies and baseline from the target branch, or use --policies cluster.

Complete files for the four systems: docs/ci.
`;
}
