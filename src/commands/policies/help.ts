import { renderGroups } from '../../config/index.ts';
import { policiesLook } from './options.ts';

/** `audit-scanner policies --help`. */
export function renderPoliciesHelp(): string {
  return `Lists the policies of a cluster or of files: which are audited, skipped or broken, and why.
With the name of one policy: the types and namespaces that it is asked about. Reads only.

Usage:
  audit-scanner policies [NAME] [flags]

Examples:
  audit-scanner policies                           all of the current kubectl context
  audit-scanner policies -o wide                   with the types that they are about
  audit-scanner policies no-privileged-pod         everything about one; * and ? match anything
  audit-scanner policies --policies ./policies     policies of files

${renderGroups(policiesLook.groups)}
Exit codes: 0; 2 for wrong usage and for a NAME that no policy has; 3 if a policy is broken, so that a
scan would be incomplete; 4 if the policies could not be read.
`;
}
