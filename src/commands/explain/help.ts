import { renderGroups } from '../../config/index.ts';
import { explainLook } from './options.ts';

/** `audit-scanner explain --help`. */
export function renderExplainHelp(): string {
  return `Explains an error code, offline, or everything about one policy: its purpose, what it matches, its settings, the origin
of its module, and how many objects fail it now. Without an argument, lists the error codes. Writes nothing.

Usage:
  audit-scanner explain [CODE|POLICY] [flags]

Examples:
  audit-scanner explain AS-3101                            an error code
  audit-scanner explain no-privileged-pod                  a policy of the current kubectl context
  audit-scanner explain payments/limits                    a policy of a namespace
  audit-scanner explain AdmissionPolicy/payments/limits    if the name is not unique
  audit-scanner explain no-latest --policies ./policies    a policy in files

A word that looks like a code is a code: for a policy with such a name, write ClusterAdmissionPolicy/as-3101. Settings
are shown as they are in the policy. Nothing is downloaded without --pull.

${renderGroups(explainLook.groups)}
Exit codes: 0; 2 for wrong usage, or an unknown code or policy; 4 if the policies could not be read.
`;
}
