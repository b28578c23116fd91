import { renderGroups } from '../../config/index.ts';
import { statusLook } from './options.ts';

/** `audit-scanner status --help`. */
export function renderStatusHelp(): string {
  return `Shows when a complete run last confirmed the stored reports of a cluster, and what they do not cover. Reads the
run record that \`scan --store\` writes after each run over the whole cluster (with the flags of the Go scanner:
only with --run-record).

Usage:
  audit-scanner status [flags]

Examples:
  audit-scanner status                             the current kubectl context
  audit-scanner status --max-age 2h                for a CronJob that runs every hour
  audit-scanner status -o json | jq .lastCompleteAt

${renderGroups(statusLook.groups)}
Exit codes: 0; 2 for wrong usage; 3 if the last complete run is older than --max-age, or the last run was
incomplete; 4 if there is no usable record, or the cluster cannot be reached.
`;
}
