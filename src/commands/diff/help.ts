import { renderGroups } from '../../config/index.ts';
import { diffLook } from './options.ts';

/** `audit-scanner diff --help`. */
export function renderDiffHelp(): string {
  return `Compares the violations of two results. Evaluates nothing. OLD and NEW are documents of \`scan -o json\`,
\`-o jsonl\` or \`-o baseline\`, of any size. One of them may be - for stdin, or cluster for the reports that scans
have stored (for a file of that name, write ./cluster).

Usage:
  audit-scanner diff OLD NEW [flags]

Examples:
  audit-scanner diff yesterday.json today.json
  audit-scanner diff baseline.json today.json --fail-on high -q; echo $?
  audit-scanner diff main.json branch.json --same-target -o markdown
  audit-scanner scan -o json | audit-scanner diff old.json -
  audit-scanner diff last-week.json cluster

A violation belongs to a policy and the top owner of the objects that fail it, however many those are. If its
message differs, it is changed. Where only one of the two scans looked (another policy, another namespace, an
incomplete scan, another cluster), a violation is neither new nor fixed: it is NOT LOOKED AT, and the comparison
is incomplete.

${renderGroups(diffLook.groups)}
Exit codes are those of scan: 1 if a new violation counts for --fail-on; 3 if NEW is incomplete, or one of the
two scans did not look at something; 2 if OLD or NEW cannot be used.
`;
}
