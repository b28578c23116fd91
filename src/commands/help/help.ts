import { type CommandEntry, renderGroups, renderRows } from '../../config/index.ts';
import { dropInGroups } from '../drop-in/index.ts';

const introduction = 'audit-scanner - audit Kubernetes resources against your Kubewarden policies';

/** For somebody who typed the bare name at a terminal. */
export function renderWelcome(): string {
  return `${introduction}

Common commands:
  audit-scanner scan                    audit the current kubectl context (writes nothing)
  audit-scanner scan -n payments        one namespace
  audit-scanner scan ./deploy --policies ./policies
  audit-scanner demo                    scan examples, without a cluster
  audit-scanner doctor                  check access, policy servers and certificates
  audit-scanner policies                which policies are audited, and why others are not
  audit-scanner explain AS-3101         what an error code means, and what to do

Without a command, it takes the flags of the Go scanner and stores reports:
  audit-scanner --kubewarden-namespace kubewarden
Run "audit-scanner --help" for everything, "audit-scanner help exit-codes" for CI.
`;
}

/** `audit-scanner --help`. */
export function renderHelp(commands: readonly CommandEntry[]): string {
  const rows = commands.map(({ usage, summary }) => ({ term: usage, help: summary }));
  return `${introduction}

Usage:
  audit-scanner COMMAND [flags]
  audit-scanner [flags]          as the Go scanner: audit, store the reports, log JSON to stdout

Commands:
${renderRows(rows)}
${renderGroups(dropInGroups)}
Run "audit-scanner COMMAND --help" for the flags of a command.
`;
}
