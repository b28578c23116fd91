import { renderGroups } from '../../config/index.ts';
import { statusLook } from './options.ts';

/** `audit-scanner status --help`. */
export function renderStatusHelp(): string {
  return `Says when the stored reports of a cluster were last confirmed, and what they do not cover. Reads the
record that \`scan --store\` leaves of its last run over the whole cluster; with the flags of the Go scanner
there is one only with --run-record.

Usage:
  audit-scanner status [flags]

Examples:
  audit-scanner status                             of the current kubectl context
  audit-scanner status --max-age 2h                for a CronJob that runs every hour
  audit-scanner status -o json | jq .lastCompleteAt

${renderGroups(statusLook.groups)}
Exit codes: 0; 2 for wrong usage; 3 if the last complete run is older than --max-age, or the last run was
incomplete; 4 if there is no record that can be used, or the cluster could not be asked.
`;
}
