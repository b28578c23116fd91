import { renderGroups } from '../../config/index.ts';
import { doctorLook } from './options.ts';

/** `audit-scanner doctor --help`. */
export function renderDoctorHelp(): string {
  return `Checks whether a scan would work, and prints the commands that fix what would not: kubeconfig, API server,
Kubewarden, policies, permissions, policy servers and certificates. Changes nothing, and needs no more
rights than a scan.

Usage:
  audit-scanner doctor [flags]

Examples:
  audit-scanner doctor                             for a scan of the current kubectl context
  audit-scanner doctor --store                     and for storing its reports
  audit-scanner doctor --as system:serviceaccount:kubewarden:audit-scanner    as the CronJob would
  audit-scanner doctor --policy-server-url https://localhost:3000 --extra-ca ca.crt
  audit-scanner doctor --engine embedded           and whether every module loads and starts
  audit-scanner doctor --policies ./policies       the same for a scan with policies of files

${renderGroups(doctorLook.groups)}
FAIL: a scan now would not start, or would be incomplete. WARN: a scan works now, but not for long (a certificate
has less than 30 days left), or only because a check is switched off. "-": not checked.
Exit codes: 0 without a FAIL; 4 with one; 2 for wrong usage.
`;
}
