import { renderGroups } from '../../config/index.ts';
import { policiesLook } from './options.ts';

/** `audit-scanner policies --help`. */
export function renderPoliciesHelp(): string {
  return `Lists the policies of a cluster or of files, and says which are audited, skipped or broken, and why. With the name
of a policy, shows the types and namespaces that it is asked about. Writes nothing.

Usage:
  audit-scanner policies [NAME] [flags]

Examples:
  audit-scanner policies                           all policies of the current kubectl context
  audit-scanner policies -o wide                   with the types that they match
  audit-scanner policies no-privileged-pod         details of one; * and ? are wildcards
  audit-scanner policies --policies ./policies     policies in files

${renderGroups(policiesLook.groups)}
Exit codes: 0; 2 for wrong usage, or if no policy matches NAME; 3 if a policy is broken, so that a scan would
be incomplete; 4 if the policies could not be read.
`;
}
