import { renderGroups } from '../../config/index.ts';
import { reportLook } from './options.ts';

/** `audit-scanner report --help`. */
export function renderReportHelp(): string {
  return `Shows the reports that are stored in a cluster in every format of scan, and judges them, without evaluating
anything. It says how old they are, and what they do not cover: what the last run missed, policies that are
gone, have changed since or are new. Reports of other tools are not read.

Usage:
  audit-scanner report [flags]

Examples:
  audit-scanner report                             of the current kubectl context, as a table
  audit-scanner report -n payments -o html=report.html
  audit-scanner report --baseline last-month.json  what is new since then
  audit-scanner report --fail-on high -q; echo $?

${renderGroups(reportLook.groups)}
What scans leave out (--exclude-namespaces, exceptions, labels) is not stored, so with a baseline only what has
passed since is called fixed. It needs the rights to list policies, reports and clusterreports and to get the
latter; owners are found by listing the types of what fails.

Exit codes: those of scan, as the flags of the gate have it: 0, 1 for violations, 3 if the reports do not say how
things are now; 2 for wrong usage; 4 if there are no reports, or the cluster could not be asked.
`;
}
