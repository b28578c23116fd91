import { renderGroups } from '../../config/index.ts';
import { rbacLook } from './options.ts';

/** `audit-scanner rbac --help`. */
export function renderRbacHelp(): string {
  return `Prints the least roles with which a scan sees everything: a ClusterRole that lists exactly the types that
the policies now in the cluster are about, and what else a scan reads. Changes nothing by itself.

Usage:
  audit-scanner rbac [flags]

Examples:
  audit-scanner rbac | kubectl apply -f -          for the service account audit-scanner
  audit-scanner rbac --store                       with the rights to store reports
  audit-scanner rbac --engine embedded             for a scan that asks no policy server
  audit-scanner rbac --policies new.yaml           for scan --policies new.yaml: it lists no installed policies
  audit-scanner rbac --policies cluster --policies new.yaml
                                                   for preview new.yaml, which asks those as well
  audit-scanner rbac --missing                     only what the current user lacks
  audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -

${renderGroups(rbacLook.groups)}
Exit codes: 0, also if nothing is missing, and then nothing is printed; 2 for wrong usage; 3 if not all
that is needed could be found out; 4 if nothing could. Kubernetes lets nobody grant what they do not have
themselves, but for those who may "escalate". When policies are about new types, run it again.
`;
}
