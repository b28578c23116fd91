import { renderGroups } from '../commands/help/index.ts';
import { inspectionOptions } from '../config/index.ts';

/** The commands that look at what a scan would do, and their help. */
export const inspectionHelp = {
  policies: renderPoliciesHelp,
  doctor: renderDoctorHelp,
  rbac: renderRbacHelp,
  status: renderStatusHelp,
} satisfies Readonly<Record<string, () => string>>;

export type InspectionName = keyof typeof inspectionHelp;

export function isInspection(word: string): word is InspectionName {
  return Object.hasOwn(inspectionHelp, word);
}

function renderPoliciesHelp(): string {
  return `Lists the policies of a cluster or of files: which are audited, skipped or broken, and why.
With the name of one policy: the types and namespaces that it is asked about. Reads only.

Usage:
  audit-scanner policies [NAME] [flags]

Examples:
  audit-scanner policies                           all of the current kubectl context
  audit-scanner policies -o wide                   with the types that they are about
  audit-scanner policies no-privileged-pod         everything about one; * and ? match anything
  audit-scanner policies --policies ./policies     policies of files

${renderGroups(inspectionOptions.policies.groups)}
Exit codes: 0; 2 for wrong usage and for a NAME that no policy has; 3 if a policy is broken, so that a
scan would be incomplete; 4 if the policies could not be read.
`;
}

function renderDoctorHelp(): string {
  return `Checks whether a scan would work, and says what to type where it would not: kubeconfig, API server,
Kubewarden, policies, permissions, policy servers and certificates. Changes nothing, and needs no more
rights than a scan.

Usage:
  audit-scanner doctor [flags]

Examples:
  audit-scanner doctor                             for a scan of the current kubectl context
  audit-scanner doctor --store                     and whether its reports could be stored
  audit-scanner doctor --as system:serviceaccount:kubewarden:audit-scanner    as the CronJob would
  audit-scanner doctor --policy-server-url https://localhost:3000 --extra-ca ca.crt
  audit-scanner doctor --engine embedded           whether every module can be had and starts

${renderGroups(inspectionOptions.doctor.groups)}
FAIL: a scan now would not start, or be incomplete. WARN: it works now, but not for long (certificates
with less than 30 days left), or only because a check is off. "-": not checked.
Exit codes: 0 without a FAIL, 4 with one, 2 for wrong usage.
`;
}

function renderRbacHelp(): string {
  return `Prints the least roles with which a scan sees everything: a ClusterRole that lists exactly the types that
the policies now in the cluster are about, and what else a scan reads. Changes nothing by itself.

Usage:
  audit-scanner rbac [flags]

Examples:
  audit-scanner rbac | kubectl apply -f -          for the service account audit-scanner
  audit-scanner rbac --store                       with the rights to store reports
  audit-scanner rbac --engine embedded             for a scan that asks no policy server
  audit-scanner rbac --missing                     only what the current user lacks
  audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -

${renderGroups(inspectionOptions.rbac.groups)}
Exit codes: 0, also if nothing is missing, and then nothing is printed; 2 for wrong usage; 3 if not all
that is needed could be found out; 4 if nothing could. Kubernetes lets nobody grant what they do not have
themselves, but for those who may "escalate". When policies are about new types, run it again.
`;
}

function renderStatusHelp(): string {
  return `Says when the stored reports of a cluster were last confirmed, and what they do not cover. Reads the
record that \`scan --store\` leaves of its last run over the whole cluster; with the flags of the reference
there is one only with --run-record.

Usage:
  audit-scanner status [flags]

Examples:
  audit-scanner status                             of the current kubectl context
  audit-scanner status --max-age 2h                for a CronJob that runs every hour
  audit-scanner status -o json | jq .lastCompleteAt

${renderGroups(inspectionOptions.status.groups)}
Exit codes: 0; 2 for wrong usage; 3 if the last complete run is older than --max-age, or the last run was
incomplete; 4 if there is no record that can be used, or the cluster could not be asked.
`;
}
