import { renderGroups } from '../../config/index.ts';
import { explainLook } from './options.ts';

/** `audit-scanner explain --help`. */
export function renderExplainHelp(): string {
  return `The manual of an error code, offline; or all about one policy: what it is for, what it matches, its settings,
where its module comes from, and how many objects fail it now. Without a word it lists the codes. Reads only.

Usage:
  audit-scanner explain [CODE|POLICY] [flags]

Examples:
  audit-scanner explain AS-3101                            the manual of an error code
  audit-scanner explain no-privileged-pod                  a policy of the current kubectl context
  audit-scanner explain payments/limits                    one of a namespace
  audit-scanner explain AdmissionPolicy/payments/limits    where a name is not enough
  audit-scanner explain no-latest --policies ./policies    a policy of files

A word that is like a code is one: write ClusterAdmissionPolicy/as-3101 for a policy of such a name. Settings
are shown as they are in the policy. Nothing is downloaded without --pull.

${renderGroups(explainLook.groups)}
Exit codes: 0; 2 for wrong usage and for what there is not; 4 if the policies could not be read.
`;
}
