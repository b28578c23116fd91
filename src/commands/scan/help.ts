import { renderGroups } from '../../config/index.ts';
import { scanGroups } from './options.ts';

/** `audit-scanner scan --help`. */
export function renderScanHelp(): string {
  return `Audits a live cluster, or the manifests of PATH, and shows the findings. Writes nothing without --store.

Usage:
  audit-scanner scan [--policies PATH] [flags]
  audit-scanner scan PATH... --policies PATH|cluster [flags]

Examples:
  audit-scanner scan                                     everything, as a table
  audit-scanner scan -n payments,shop --fail-on high     a gate for two namespaces
  audit-scanner scan -o json=out.json -o table           two documents in one run
  audit-scanner scan --store                             and write the reports to the cluster
  audit-scanner scan --policies new.yaml                 the cluster, with policies that are not installed
  audit-scanner scan ./deploy --policies ./policies      files and folders, charts and kustomizations
  audit-scanner scan ./deploy --policies cluster         files, with the policies of the cluster
  audit-scanner scan -f a.yaml -k prod --policies p      the same, as kubectl takes it
  helm template web | audit-scanner scan - --policies p  manifests on stdin

${renderGroups(scanGroups)}
Gate: results that fail count from the severity of --fail-on upwards; a policy without a severity always
counts, and one in monitor mode only with --fail-on any --include-monitor. What could not be looked at is
no pass: exit code 3, unless --on-incomplete warn; with retryable, only where another try may see more.
--severity and --show only choose what is displayed. What --exceptions accepts is shown, and does not count;
with --accept-annotations that is also what objects say of themselves in audit-scanner.io/accept.

Each flag has an environment variable, AUDIT_SCANNER_ and its name, and may stand in a file; the flag wins.
See also:
  audit-scanner help exit-codes | environment | formats | ci | files | monitoring | config
`;
}
