import { renderGroups } from '../../config/index.ts';
import { rbacLook } from './options.ts';

/** `audit-scanner rbac --help`. */
export function renderRbacHelp(): string {
  return `Prints the smallest roles with which a scan sees everything: a ClusterRole that may list exactly the types that
the policies now in the cluster match, and whatever else a scan reads. Changes nothing itself.

Usage:
  audit-scanner rbac [flags]

Examples:
  audit-scanner rbac | kubectl apply -f -          for the service account audit-scanner
  audit-scanner rbac --store                       with the rights to store reports
  audit-scanner rbac --engine embedded             for a scan that asks no policy server
  audit-scanner rbac --policies new.yaml           for scan --policies new.yaml, which reads no installed policies
  audit-scanner rbac --policies cluster --policies new.yaml
                                                   for preview new.yaml, which reads the installed ones, too
  audit-scanner rbac --missing                     only what the current user lacks
  audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -

${renderGroups(rbacLook.groups)}
Exit codes: 0, also if nothing is missing (then rbac prints nothing); 2 for wrong usage; 3 if some of the needs
could not be determined; 4 if none could. Kubernetes only lets you grant rights that you have yourself, unless you
may "escalate". Run rbac again when policies match new types.
`;
}
