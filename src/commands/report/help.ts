import { renderGroups } from '../../config/index.ts';
import { reportLook } from './options.ts';

/** `audit-scanner report --help`. */
export function renderReportHelp(): string {
  return `Shows the reports that scans have stored in a cluster, in any format of scan, and judges them. Evaluates nothing.
Says how old they are and what they do not cover: what the last run missed, and which policies have been removed,
changed or added since. Ignores reports of other tools.

Usage:
  audit-scanner report [flags]

Examples:
  audit-scanner report                             the current kubectl context, as a table
  audit-scanner report -n payments -o html=report.html
  audit-scanner report --baseline last-month.json  what is new since then
  audit-scanner report --fail-on high -q; echo $?

${renderGroups(reportLook.groups)}
What a scan leaves out (--exclude-namespaces, exceptions, labels) is not stored. So with --baseline, a violation
counts as fixed only where a stored report has a pass. You need the rights to list policies, reports and clusterreports, and
to get clusterreports; to show owners, report lists the types of the objects that fail.

Exit codes are those of scan: 0; 1 for violations; 2 for wrong usage; 3 if the reports do not show the current
state; 4 if there are no reports, or the cluster cannot be reached.
`;
}
